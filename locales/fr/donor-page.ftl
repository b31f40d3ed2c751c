# La page d’un donateur et sa chronologie.
figure-in-all = En tout
figure-in-all-since = En tout depuis { $year }
figure-receivable-next = Prochaine échéance le { $day }.
figure-arrears-oldest = Échu et non payé ; le plus ancien le { $day }, il y a { $days ->
    [one] un jour
   *[other] { $days } jours
}.
figure-reports-of = { $due ->
    [one] Sur un rapport dû à cette date.
   *[other] Sur { $due } rapports dus à cette date.
}
figure-reports-since = Le plus ancien depuis le { $day }.

promised-we = Nous devons à { $donor }
promised-they = { $donor } nous doit
promised-no-document = Aucun document n’est classé.
promised-late = { $day }, en retard

timeline-title = Tout, du plus récent au plus ancien
timeline-filter = Ce qui est montré
timeline-all = Tout
timeline-meetings = Réunions
timeline-pledges = Annonces
timeline-money = Argent
timeline-reports = Rapports
timeline-documents = Documents
timeline-intelligence = Renseignements
timeline-today = Aujourd’hui, { $day }
timeline-day = Au { $day }
timeline-earlier = Plus ancien
timeline-later = Plus récent
timeline-empty = Rien de ce genre n’est enregistré.
timeline-logged = consignée par { $name }
timeline-pledged = { $ref } annoncée, { $amount }
timeline-amended = { $ref } modifiée, { $amount }
timeline-signed = { $ref } signée, { $amount }
timeline-cancelled = { $ref } annulée, { $amount }
timeline-written_off = { $ref } passée en perte, { $amount }
timeline-fell-due = { $ref }, tranche { $number } échue
timeline-falls-due = { $ref }, tranche { $number } à échoir
timeline-outstanding = { $outstanding } restant dus sur { $amount }
timeline-cash = { $amount } reçus
timeline-in_kind = { $amount } reçus en nature
timeline-negative = { $amount } remboursés ou corrigés
timeline-reversal = { $amount } extournés
timeline-sent = envoyé ; dû le { $due }
timeline-sent-late = { $days ->
    [one] envoyé avec un jour de retard ; dû le { $due }
   *[other] envoyé avec { $days } jours de retard ; dû le { $due }
}
timeline-not-sent = { $days ->
    [one] un jour de retard
   *[other] { $days } jours de retard
}
timeline-report-planned = à remettre
