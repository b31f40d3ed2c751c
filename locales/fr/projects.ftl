# Projects: what the money is for, what they spend, what they set out to reach.
menu-work = Exécution
menu-projects = Projets
projects-kicker = Projets
projects-question = À quoi sert l’argent ?
projects-empty = Aucun projet ne correspond.
projects-active = En cours
projects-not_started = Pas commencé
projects-ended = Terminé
projects-without_budget = Sans budget
projects-without_pledge = Cité par aucune annonce
filter-state-projects = État
expenditures-kicker = Dépenses
expenditures-question = Qu’ont dépensé les projets, mois par mois ?
expenditures-empty = Aucune dépense ne correspond.
expenditures-negative = Reprise
filter-state-expenditures = Catégorie
filter-project = Projet
filter-country = Pays
filter-hint-country = Trois lettres de la norme ISO 3166-1, par exemple KEN.
pledges-unknown_project = Cite un projet inconnu
found-project = Projets
quarter = T{ $quarter } { $year }

col-project = Projet
col-countries = Pays
col-starts = Début
col-ends = Fin
col-month = Mois
col-budget-usd = Budget, USD
col-expenditure-usd = Dépenses, USD
col-elapsed = Temps écoulé
col-delivery = Taux d’exécution

history-project_facts = Dates et budget
history-expenditures = Dépense
history-milestones = Étape
history-milestone_events = Étape atteinte
history-project_statuses = Situation d’un trimestre
field-project_id = Projet
field-month = Mois
field-amount_usd = Montant, USD
field-budget_usd = Budget, USD
field-countries = Pays
field-status = Situation
field-milestone = Étape
field-planned_on = Prévue pour le
field-reached_on = Atteinte le
field-quarter = Trimestre
field-sentence = Où il en est

act-project-add = Le projet { $code } a été enregistré.
act-project-correct = Le projet { $code } a été corrigé.
act-project-anew = De nouvelles dates ou un nouveau budget du projet { $code } ont été enregistrés.
act-project-status = Une situation du projet { $code } a été enregistrée.
act-milestone-add = Une étape du projet { $code } a été enregistrée.
act-milestone-change = Une étape du projet { $code } a été modifiée.
act-expenditure-add = Une dépense du projet { $code } a été enregistrée.
act-expenditure-correct = Une dépense du projet { $code } a été corrigée.

new-projects = Nouveau projet
new-expenditures = Enregistrer une dépense
edit-projects = Corriger le projet { $code }
edit-expenditures = Corriger une dépense de { $code }
anew-projects = Nouvelles dates ou nouveau budget de { $code }
anew-lead = Ce qui a été convenu de nouveau, en vigueur à partir de son propre jour : avant ce jour, les anciennes dates et l’ancien budget valent toujours.
project-anew = Nouvelles dates ou nouveau budget
entry-hint-projects-code = Court et durable, tel que les annonces le citent ; il figure dans les adresses et les fichiers.
entry-hint-projects-budget_usd = 0 s’il n’y en a pas encore : il n’y a alors pas de taux d’exécution.
entry-hint-projects-countries = Trois lettres de la norme ISO 3166-1 chacun, par exemple KEN SOM.
entry-hint-projects-status = Un mot ou une phrase d’aujourd’hui. Où il en était chaque trimestre se dit sur la page du projet.
entry-hint-projects-agreed_on = Le jour où cela a été convenu : c’est en vigueur à partir de là.
entry-hint-expenditures-month = Par exemple juil. 2021 ; elle compte une fois le mois terminé.
entry-hint-expenditures-amount_usd = Négatif lorsqu’il a été repris plus qu’il n’a été dépensé.

project-versions = Dates et budgets
project-no-budget = Il n’y a pas de budget.
project-no-rate = Sans budget, il n’y a pas de taux d’exécution.
project-budget-first = Depuis le début
project-budget-since = En vigueur depuis le { $day }
project-last-spent = Dernière dépense
project-starts-in = { $days ->
    [one] commence dans { $days } jour, le { $day }
   *[other] commence dans { $days } jours, le { $day }
}
project-ends-in = { $days ->
    [0] se termine aujourd’hui, le { $day }
    [one] se termine dans { $days } jour, le { $day }
   *[other] se termine dans { $days } jours, le { $day }
}
project-ended-ago = { $days ->
    [one] terminé depuis { $days } jour, le { $day }
   *[other] terminé depuis { $days } jours, le { $day }
}

course-title = Budget, financement, dépenses et temps
course-text = Du { $starts_on } au { $ends_on } : budget { $budget } USD, financement reçu { $received } USD, dépenses { $spent } USD ; { $elapsed } du temps est écoulé.
course-now = { $day } · { $elapsed } du temps
course-spent = Dépenses
course-received = Financement reçu
course-budget = Budget
course-pace = Budget réparti sur le temps, dont est écoulé
course-behind = Mois par mois
course-so-far = Jusque-là, USD
course-received-so-far = Reçu jusque-là, USD

milestone-title = Étapes
milestone-none = Aucune étape n’a été fixée.
milestone-add = Ajouter
milestone-new = Nouvelle étape
milestone-edit = Étape
milestone-planned = Prévue pour le { $day }
milestone-planned-anew = Prévue pour le { $day }, d’abord pour le { $first }
milestone-reached = Atteinte le { $day }
milestone-reached-late = { $days ->
    [one] Atteinte le { $day }, avec { $days } jour de retard
   *[other] Atteinte le { $day }, avec { $days } jours de retard
}
milestone-is-reached = atteinte
milestone-is-late = { $days ->
    [one] { $days } jour de retard
   *[other] { $days } jours de retard
}
milestone-is-to-come = à venir
milestone-reached-hint = Vide jusqu’à ce qu’elle soit atteinte.
milestone-anew = Prévue de nouveau le
milestone-anew-hint = Le jour où un nouveau plan a été convenu : l’ancien vaut avant. Vide si ce qui figurait ici était faux.
milestone-agreed-later = Un plan convenu ce jour-là ou plus tard existe déjà

status-title = Situation par trimestre
status-none = Rien n’a encore été dit.
status-say = Dire où il en est
status-hint = Une phrase, comme vous la diriez en réunion.
status-said = { $quarter } (déjà dit)
status-too-long = Au plus { $most } caractères

import-below-zero = ne doit pas être négatif
import-not-a-month = n’est pas un mois de la forme 2021-07
import-month-to-come = est un mois qui n’a pas commencé : nous sommes le { $arg }
import-country-of-list-unknown = { $arg } n’est pas un code de pays ISO 3166-1 alpha-3
import-ends-before-start = est avant le début, { $arg }
import-project-without-beginning = il n’y a pas de première ligne qui dise ce qui valait avant ce jour
import-project-unknown = ce projet n’existe pas
import-no-budget = n’est pas un budget : il n’y a pas de taux d’exécution tant qu’il n’y en a pas
import-spent-before-start = est avant le début du projet, { $arg }
import-spent-after-end = est après la fin du projet, { $arg }
import-spent-below-nought = est négatif : il a été repris plus qu’il n’a été dépensé
import-project-not-known-yet = n’est pas un projet déjà connu
broken-fact-of-no-project = Quelque chose est enregistré du projet { $what }, qui n’existerait plus.
broken-milestone-of-nothing = Quelque chose est enregistré de l’étape { $arg } du projet { $what }, qui n’existerait plus.
col-reports-overdue = Rapports en retard
import-not-a-quarter = n’est pas un trimestre de la forme 2021-Q3
import-quarter-to-come = est un trimestre qui n’a pas commencé : nous sommes le { $arg }
import-reached-beside-a-later-plan = dit quand il a été atteint : cela va avec son premier plan, la ligne sans agreed_on
