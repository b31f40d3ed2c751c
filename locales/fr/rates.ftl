# Taux de remise : combien des rapports dus aux donateurs ont été envoyés.
reporting-rates-kicker = Taux de remise
reporting-rates-question = Avons-nous envoyé aux donateurs les rapports que nous leur devons ?
reporting-rates-empty = Aucune unité de ce nom : essayez un autre mot.
menu-reporting-rates = Taux de remise
filter-change_since = Évolution depuis
filter-hint-change_since = Le jour antérieur auquel les chiffres sont comparés, par exemple 2020-12-31 ; à défaut, le dernier de l’année précédente.
chart-percent = { $figure } %
rates-none = Aucun rapport dû
rates-none-sentence = Aucun rapport n’était dû au { $day }.
rates-sentence = { $submitted } sur { $due ->
    [one] { $due } rapport dû
   *[other] { $due } rapports dus
} au { $day } avaient été remis ; { $on_time } d’entre eux à temps, soit { $rate } des rapports dus.
rates-rose = { $points } points de plus qu’au { $day }
rates-fell = { $points } points de moins qu’au { $day }
rates-same = Comme au { $day } : { $points } point d’écart
rates-then-none = Aucun rapport n’était dû au { $day } : il n’y a rien à quoi comparer.
rates-outstanding-sentence = { $outstanding } en attente : { $overdue } en retard, { $today } dus le jour même.
rates-definition = Comment on compte
rates-definition-text = Remis ÷ dus. Dus : les rapports d’engagements signés dont l’échéance, telle que prolongée par le donateur, tombe ce jour-là ou avant ; l’annulation d’un engagement retire ceux qui n’étaient pas encore dus. Remis : envoyés ce jour-là ou avant et non retournés. À temps : envoyés pour la première fois à l’échéance alors en vigueur ou avant. En attente : dus et non remis ; en retard : en attente, avec une échéance antérieure au jour. Un rapport dont le donateur a dispensé quitte les deux côtés à partir de ce jour ; une prolongation compte à partir du jour où elle est convenue ; l’une et l’autre une fois confirmées par la mobilisation des ressources. Une unité compte avec celles qui en relèvent telles qu’elles étaient ce jour-là ; l’évolution compare avec l’arbre du jour antérieur.
rates-by-month = En fin de mois
rates-line = Taux de remise en fin de mois, en pour cent
rates-behind = Les chiffres derrière la ligne
rates-month-end = Fin de mois
rates-trend = Par fin de mois en CSV
rates-by-unit = Par unité, avec celles qui en relèvent
rates-units = { $units ->
    [one] { $units } unité
   *[other] { $units } unités
}
rates-all-units = Toutes les unités
rates-top-division = Divisions
rates-top-regional_office = Bureaux régionaux
rates-top-other = Autres unités
rates-due = Dus
rates-submitted = Remis
rates-on-time = À temps
rates-outstanding = En attente
rates-overdue = En retard
rates-rate = Taux
rates-points-since = Points depuis le { $day }
rates-change = Points d’écart
rates-said = { $label } : { $value } ; { $note }
rates-fell-short = baisse de { $points }
rates-phone = { $on_time } à temps · { $overdue } en retard
rates-figure-all = De tous ceux dus au { $day }
rates-figure-year = De ceux dus dans les douze mois jusqu’au { $day }
rates-figure-overdue = En retard
rates-figure-waived = Dispensés
rates-figure-extended = Prolongés
rates-note = { $submitted } sur { $due } remis ; { $on_time } à temps, { $rate }
rates-note-none = aucun n’est dû
rates-note-overdue = en attente, dus avant ce jour
rates-note-waived = par le donateur ; d’aucun côté d’un taux
rates-note-extended = dus plus tard qu’au départ, avec l’accord du donateur
rates-days = { $days ->
    [one] { $days } jour
   *[other] { $days } jours
}
rates-late = Ampleur des retards
rates-late-all = Rapports en retard
rates-late-median = Médiane
rates-late-ninth = 90e centile
rates-late-text = Parmi les rapports dus, ceux envoyés pour la première fois après l’échéance ou pas du tout : les jours de l’échéance au premier envoi, ou au jour même. La moitié ont un retard égal ou inférieur à la médiane, neuf sur dix un retard égal ou inférieur au 90e centile.
rates-late-none = Aucun rapport dû n’est en retard.
rates-causes = Causes du retard
rates-reports = Rapports
cause-none = Aucune cause notée
rates-longest = Retards les plus longs
rates-longest-all = Tous
rates-longest-none = Rien n’est en retard.
rates-longest-sub = { $kind } · { $donor } · { $unit } · dû le { $day }
rates-returned = retourné par le donateur
rates-steps = Jours passés à chaque étape
rates-steps-text = Parmi les rapports dus : d’une étape à la suivante, ou au jour même si elle dure encore. Chez le donateur : jusqu’à l’acceptation ou au retour, s’il y en a eu.
rates-step = Étape
rates-step-times = Fois
rates-step-median = Jours, médiane
rates-step-ninth = 90e centile
rates-step-open = En cours
rates-step-drafted = Rédigé, à la division
rates-step-division_cleared = Validé par la division
rates-step-finance_cleared = Validé par les finances
rates-step-sent = Envoyé, chez le donateur
rates-step-returned = Retourné, en correction
rates-tile = Taux de remise
rates-tile-all = Par unité et rapport
rates-tile-units = Par division et bureau régional
rates-tile-units-all = Toutes les unités
rates-tile-longest = Rapports les plus en retard
report-kind-final = { $kind } final
