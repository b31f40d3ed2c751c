# Implementation: how the projects run.
menu-implementation = Exécution des projets
implementation-kicker = Exécution des projets
implementation-question = Où en sont les projets ?
implementation-empty = Aucun projet ne correspond.
filter-state-implementation = État
implementation-active = En cours
implementation-ending_soon = Fin dans les 90 jours
implementation-late = En retard
implementation-over_budget = Budget dépassé
implementation-silent = Silencieux
implementation-without_budget = Sans budget
implementation-not_started = Pas commencé
implementation-ended = Terminé
implementation-means-active = entre premier et dernier jour
implementation-means-ending_soon = en cours, et bientôt finis
implementation-means-late = le temps devance de loin l’exécution
implementation-means-over_budget = plus dépensé que le budget
implementation-means-silent = en cours, rien dépensé depuis trois mois
implementation-money = Budget, dépenses et financement
implementation-about = À ce sujet
implementation-budget = Budget
implementation-budget-note = les budgets en vigueur ce jour-là des projets alors commencés
implementation-spent = Dépenses
implementation-received = Financement reçu
implementation-of-budget = { $delivery } du budget
implementation-of-time = pour { $elapsed } du temps
implementation-received-ahead = { $usd } USD de plus que dépensé
implementation-spent-ahead = { $usd } USD de moins que dépensé
implementation-some-without-budget = { $rows ->
    [one] { $rows } projet n’a pas de budget, ni de taux d’exécution.
   *[other] { $rows } projets n’ont pas de budget, ni de taux d’exécution.
}
implementation-unknown-project = { $rows ->
    [one] { $rows } annonce cite un projet que personne ne connaît encore.
   *[other] { $rows } annonces citent un projet que personne ne connaît encore.
}
implementation-definition = Ce que ces mots signifient
implementation-definition-text = Taux d’exécution : dépenses jusqu’au dernier mois terminé à ce jour, rapportées au budget en vigueur ce jour-là. Temps écoulé : jours passés sur tous les jours, avec la fin en vigueur ce jour-là. En retard : le temps écoulé devance l’exécution de plus de { $margin } points. Silencieux : en cours, commencé depuis au moins { $months } mois entiers, et rien dépensé au cours des { $months } derniers mois terminés. Fin proche : en cours, et le dernier jour est au plus à { $days } jours. Financement reçu : fonds reçus à ce jour au titre des annonces qui citent le projet, au taux du jour de chaque versement, remboursements et extournes déduits.
implementation-by-unit = Par unité
implementation-by-country = Par pays
implementation-by-donor = Par donateur
implementation-by-note-country = Un projet dans plusieurs pays compte en entier dans chacun d’eux.
implementation-by-note-donor = Un projet de plusieurs donateurs compte en entier pour chacun d’eux ; ce qui a été reçu est le propre de ce donateur. Les entités rattachées comptent avec leur donateur.
implementation-donors-shown = Sont montrés les { $shown } sur { $rows } dont on a reçu le plus ; le filtre par donateur donne tous les autres.
implementation-rows = Projets, les plus préoccupants d’abord
setting-late_margin = Marge des projets en retard
setting-meaning-late_margin = De combien de points de pourcentage le temps écoulé d’un projet peut devancer son taux d’exécution avant qu’il ne soit en retard.
setting-hint-late_margin = Un nombre de 0 à 100, par exemple 20.
settings-wrong-points = Un nombre de 0 à 100.
implementation-reports_overdue = Avec des rapports en retard
implementation-reports = { $rows ->
    [one] { $rows } rapport à un donateur de ces projets est en retard.
   *[other] { $rows } rapports aux donateurs de ces projets sont en retard.
}
implementation-begun = Commencés
implementation-row-reports = { $rows ->
    [one] { $rows } rapport en retard
   *[other] { $rows } rapports en retard
}
