# What finance does with a contribution, and the list of what waits.
menu-allocations = Imputations
allocations-kicker = Imputations
allocations-question = Quel argent attend quelqu’un ?
allocations-empty = Aucun argent n’attend : chaque versement nomme son annonce, et son taux est connu.
allocations-unidentified = D’origine inconnue
allocations-unmatched = Sans annonce
allocations-no_rate = Sans taux de change
allocations-unfit = Manuelle, ne convient plus
allocations-remainder = Non imputé sur une annonce
filter-state-allocations = En attente de
col-put-right = Régler
col-waits-for = En attente de
col-went-to = Destination
col-of-it = Dont
col-in-pledge = Dans la monnaie de l’annonce

contribution-reverse = Extourner
contribution-refund = Rembourser
contribution-match = Rapprocher d’une annonce
contribution-allocate = Imputer manuellement
contributions-by-hand = Manuelle
contributions-went = Où elle est allée
contributions-went-nowhere = Ne paie encore rien
contributions-went-back = Extournée
contributions-taken-back = Ce qui l’extourne

act-contribution-reverse = La contribution { $code } a été extournée.
act-contribution-refund = Un remboursement de { $code } a été enregistré.
act-contribution-match = La contribution { $code } a été rapprochée d’une annonce.
act-contribution-match-many = Des versements ont été rapprochés de leurs annonces : { $code }.
act-contribution-allocate = La contribution { $code } a été imputée manuellement.
act-on-what-changed = Quelqu’un l’a modifiée entre-temps. Ce dont traite le formulaire figure ici tel qu’il est maintenant ; envoyez-le de nouveau si c’est toujours juste.

reverse-title = Extourner la contribution { $code }
reverse-lead = { $amount } de { $donor }, reçus le { $day }. L’extourne compte à partir de son propre jour : jusque-là, la contribution compte comme avant.
reverse-amount-hint = Tout ce qui en reste, { $left }, sauf extourne partielle.
refund-title = Remboursement de la contribution { $code }
refund-lead = Argent rendu à { $donor } sur ce qui est non imputé sur l’annonce { $pledge } : { $unallocated } aujourd’hui. Un remboursement ne rouvre jamais une échéance.
refund-amount-hint = Au plus ce qui était non imputé sur l’annonce le jour du remboursement.
return-amount = Montant, { $currency }
return-day = Le
return-ref-hint = La référence de la nouvelle écriture ; une référence libre est proposée.
return-reason-hint = Figure dans l’historique, et comme note de la nouvelle écriture.
return-reason-needed = Dites pourquoi
return-not-above-zero = Doit être supérieur à zéro : le signe est inversé ici

match-title = Rapprocher la contribution { $code } d’une annonce
match-lead = { $amount } de { $donor }, reçus le { $day }.
match-lead-note = La note dit : « { $note } ».
match-lead-now = Elle nomme actuellement l’annonce { $pledge }.
match-which = Quelle annonce paie-t-elle ?
match-none = Aucun restant dû n’y ressemble : nommez l’annonce qu’elle paie.
match-other = Une autre annonce, nommée ci-dessous
match-pledge = { $pledge } · { $donor } · { $amount } restant dû
match-instalment = { $pledge } · nº { $number }, échéance le { $due_on } · { $donor } · { $amount } restant dû
match-pledge-hint = Seulement si aucune suggestion n’est juste.
match-pledge-needed = Nommez l’annonce, ou choisissez-en une ci-dessus
match-paid-by-hint = Nécessaire si l’annonce est d’un autre donateur.
match-why = Motif
match-why-hint = Vide : les raisons de la suggestion. Il figure dans l’historique.
match-chosen = manuellement
match-reason = rapprochée : { $why }
why-named = « { $name } » figure dans la note
why-instalment = exactement l’échéance { $number }
why-whole = exactement le restant dû
why-same-donor = même donateur
why-family = même famille de donateurs
why-donor-named = la note nomme le donateur
why-same-currency = même monnaie
why-on-the-day = le jour de l’échéance
why-days-before = { $days ->
    [one] { $days } jour avant l’échéance
   *[other] { $days } jours avant l’échéance
}
why-days-after = { $days ->
    [one] { $days } jour après l’échéance
   *[other] { $days } jours après l’échéance
}

sure-open = Rapprocher ce qui ne laisse aucun doute
sure-title = Lesquels sont justes ?
sure-submit = Rapprocher les versements cochés
sure-lead = { $count ->
    [0] Il ne reste aucun versement dont le donateur, la monnaie et le montant correspondent à une échéance et à nulle autre.
    [one] Un versement : son donateur, sa monnaie et son montant correspondent à une échéance et à nulle autre.
   *[other] { $count } versements : le donateur, la monnaie et le montant de chacun correspondent à une échéance et à nulle autre.
}
sure-row = { $receipt } : { $amount } le { $day } → { $pledge }
sure-nothing = Cochez au moins un versement
sure-changed = Quelqu’un a modifié l’un de ces versements entre-temps. Ce qui ne laisse toujours aucun doute figure ici ; envoyez de nouveau si c’est juste.
sure-why = le donateur, la monnaie et le montant correspondent à une échéance et à nulle autre

allocate-title = Imputer manuellement la contribution { $code }
allocate-lead = { $amount } de { $donor }, reçus le { $day }, pour l’annonce { $pledge }. Ce qui est placé ici passe avant la règle ; le reste est imputé par elle, du plus ancien au plus récent. Les montants sont en { $currency }.
allocate-instalment = Nº { $number }, échéance le { $due_on }
allocate-instalment-gone = Nº { $number }
allocate-paid = { $amount }, dont { $paid } payés.
allocate-gone = Ne figure plus dans l’échéancier : ce qui était placé ici est non imputé.
allocate-no-longer-fits = { $amount } ; de ce qui était placé ici, seuls { $fits } conviennent encore.
allocate-day = À partir du
allocate-day-hint = À partir de ce jour, l’imputation est celle placée ici ; avant, la règle impute.
allocate-day-wrong = Un jour entre celui de la réception et aujourd’hui
allocate-amount-wrong = N’est pas un montant en { $currency }
allocate-too-much = Seuls { $most } conviennent
allocate-reason-hint = Figure dans l’historique.
allocate-reason-needed = Dites pourquoi
