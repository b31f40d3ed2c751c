# Ce que nous devons aux donateurs : les rapports, leur vie, les obligations d’un accord.
menu-obligations = Ce que nous devons
menu-donor-reports = Rapports aux donateurs
found-report = Rapports aux donateurs

donor-reports-kicker = Rapports aux donateurs
donor-reports-question = Quels rapports devons-nous, et que sont-ils devenus ?
donor-reports-empty = Aucun rapport ne correspond.
donor-reports-overdue = En retard
donor-reports-due = Dû aujourd’hui
donor-reports-not_due = Pas encore dû
donor-reports-returned = Renvoyé
donor-reports-submitted = Remis
donor-reports-waived = Dispensé
donor-reports-not_owed = Non dû
donor-reports-final = Final
donor-reports-days-late = { $days ->
    [one] { $days } jour de retard
   *[other] { $days } jours de retard
}

report-kind-narrative = Descriptif
report-kind-financial = Financier
report-kind-certified_financial = Financier certifié
report-kind-combined = Combiné

counted-due = Dus à ce jour
counted-submitted = Dus et remis
counted-on_time = Remis à temps
counted-outstanding = Dus et non remis
counted-overdue = En retard
counted-late = Dus et tardifs
counted-waived = Dispensés
counted-extended = Prolongés
counted-due_soon_30 = Dus dans les 30 jours
counted-due_soon_60 = Dus dans les 60 jours
counted-due_soon_90 = Dus dans les 90 jours

cause-field_data = Données du terrain
cause-clearance = Validation
cause-partner = Partenaire
cause-template = Modèle du donateur
cause-other = Autre

filter-kind = Type
filter-counted = Compté comme
filter-cause = Cause du retard
filter-responsible = Responsable
filter-state-donor-reports = État

col-report = Rapport
col-submitted = Remis le
col-days-late = Jours de retard
col-responsible = Responsable

import-not-a-count = doit être un nombre entier à partir de 0
import-report-unknown = n’est pas un rapport
import-accepted-unsent = a été accepté, mais jamais envoyé
import-accepted-before-sent = est antérieur à l’envoi, { $arg }
import-accepted-returned = a été renvoyé par le donateur le { $arg } : c’est un autre envoi qui est accepté
import-step-too-early = est antérieur à l’étape précédente, { $arg }
import-cause-needed = dites ce qui le retarde
import-cause-of-no-delay = n’est la cause que d’un retard
import-finance-of-narrative = n’est une étape que des rapports financiers
import-report-of-others = est un rapport d’une autre unité
import-pledge-of-others = est une annonce d’une autre unité
import-final-every = reste vide pour le rapport final
import-every-needed = dites tous les combien de mois, ou que c’est le rapport final
import-every-too-long = dépasse { $arg } mois
import-grace-too-long = dépasse { $arg } jours
import-clause-left-out = est une clause de { $arg } que le fichier omet

new-donor-reports = Nouveau rapport
edit-donor-reports = Corriger le rapport { $code }
act-report-add = Le rapport { $code } a été enregistré.
act-report-correct = Le rapport { $code } a été corrigé.
act-report-drafted = Le rapport { $code } a été rédigé.
act-report-division_cleared = Le rapport { $code } a été validé par la division.
act-report-finance_cleared = Le rapport { $code } a été validé par les finances.
act-report-sent = Le rapport { $code } a été envoyé.
act-report-returned = Le donateur a renvoyé le rapport { $code }.
act-report-accepted = Le donateur a accepté le rapport { $code }.
act-report-delayed = Ce qui retarde le rapport { $code } a été enregistré.
act-report-step-correct = Une étape du rapport { $code } a été corrigée.
act-report-extend = Une prolongation du rapport { $code } a été enregistrée.
act-report-waive = Une dispense du rapport { $code } a été enregistrée.
act-report-confirm = Ce que le donateur a accordé pour le rapport { $code } a été confirmé.
act-report-assign = Qui écrit le rapport { $code } a été enregistré.
act-reports-sent = Des rapports ont été marqués comme envoyés : { $code }.

field-responsible = Responsable
entry-donor-reports-kind = Type de rapport
entry-donor-reports-final = Le dernier de son annonce
entry-hint-donor-reports-pledge = L’accord au titre duquel il est dû : une référence ou un titre.
entry-hint-donor-reports-unit = L’unité qui le doit.
entry-hint-donor-reports-due_on = Comme le dit l’accord ; un jour plus tardif accordé par le donateur est une prolongation.

step-drafted = Rédigé
step-division_cleared = Validé par la division
step-finance_cleared = Validé par les finances
step-sent = Envoyé
step-returned = Renvoyé
step-accepted = Accepté
step-delayed = Retardé
history-event-drafted = Rédigé
history-event-division_cleared = Validé par la division
history-event-finance_cleared = Validé par les finances
history-event-sent = Envoyé
history-event-returned = Renvoyé
history-event-accepted = Accepté
history-event-waived = Dispensé
history-event-delayed = Retardé

report-figure-due = Dû le
report-figure-sent = Premier envoi le
report-figure-late = Jours de retard
report-due-first = Dû d’abord le { $day } ; prolongé.
report-not-sent = Pas envoyé
report-late-note = Du jour où il est dû au premier jour d’envoi, ou à ce jour.
report-period = Période
report-unconfirmed = À confirmer
report-is-confirmed = Confirmé
report-letter = Lettre { $letter }
report-step-again = { $step }, envoi { $round }
report-waits = Ensuite : { $step }
report-delay = Retardé : { $cause }
report-life = Sa vie
report-step = Étape
report-day = Le
report-held = Jours passés
report-note = Note
report-no-steps = Aucune étape n’est encore enregistrée.
report-agreed = Ce que le donateur a accordé
report-what = Quoi
report-new-due = Dû désormais le
agreement-extension = Prolongation
agreement-waiver = Dispense

report-act-drafted = Marquer comme rédigé
report-act-division_cleared = Validé par la division
report-act-finance_cleared = Validé par les finances
report-act-sent = Marquer comme envoyé
report-act-returned = Renvoyé par le donateur
report-act-accepted = Accepté par le donateur
report-act-delayed = Noter un retard
report-act-extend = Prolonger
report-act-waive = Dispenser
report-act-confirm = Confirmer
report-act-assign = Attribuer
report-title-drafted = Le rapport a été rédigé
report-title-division_cleared = La division a validé le rapport
report-title-finance_cleared = Les finances ont validé le rapport
report-title-sent = Le rapport a été envoyé
report-title-returned = Le donateur a renvoyé le rapport
report-title-accepted = Le donateur a accepté le rapport
report-title-delayed = Qu’est-ce qui retarde le rapport ?
report-title-extend = Le donateur a accordé un jour plus tardif
report-title-waive = Le donateur n’a pas besoin de rapport
report-title-confirm = Confirmer ce que le donateur a accordé
report-title-assign = Qui écrit le rapport ?
report-lead-returned = À partir de ce jour il est de nouveau dû, jusqu’à ce qu’il soit envoyé une autre fois.
report-lead-delayed = Aucun jour n’en est déplacé : les statistiques disent ce qui l’a retenu.
report-lead-extend = Elle compte une fois que la mobilisation des ressources a vu la lettre du donateur et l’a confirmée.
report-lead-waive = Elle compte une fois que la mobilisation des ressources a vu la lettre du donateur et l’a confirmée. À partir de son jour, le rapport n’est dans aucun taux.
report-reason-returned = Ce que le donateur a dit
report-reason-delayed = En une phrase
report-letter-hint = La référence de la lettre ou du message, s’il y en a un.
report-agreed-letter-hint = La référence de la lettre ou du message du donateur.
report-correct-step = Corriger : { $step }
report-not-now = Cette étape n’est pas possible dans l’état du rapport. Regardez-le encore une fois.
report-conflict = Quelqu’un a enregistré entre-temps quelque chose à ce sujet. Regardez encore une fois, puis enregistrez de nouveau.
report-due-now = Jusqu’ici dû le { $day }.
report-confirm-now = Confirmé : la lettre a été vue
report-confirm-now-hint = Jusque-là, cela ne compte dans aucun chiffre.
report-confirm-waiver = { $what }, accordée le { $day } : { $reason }
report-confirm-extension = { $what } jusqu’au { $due }, accordée le { $day } : { $reason }
report-confirm-why = La lettre a été vue.
report-moves-on = À partir du
report-moves-hint = Le premier jour où il revient à cette unité, si l’unité change.
report-day-taken = Quelque chose a déjà été convenu ce jour-là ; choisissez un autre jour, ou corrigez-le.
report-letter-needed = Donnez la référence de la lettre du donateur
report-not-later = Doit être postérieur au jour où il est dû actuellement
report-waived-already = Il a déjà fait l’objet d’une dispense.

reports-sent-open = En marquer plusieurs comme envoyés
reports-sent-title = Quels rapports ont été envoyés ?
reports-sent-lead = { $count ->
    [0] Aucun rapport n’attend d’être envoyé.
    [one] Un rapport attend d’être envoyé.
   *[other] { $count } rapports attendent d’être envoyés, d’abord ceux qui sont dus d’abord. Ceux que vous cochez sont marqués comme envoyés un même jour : tous, ou aucun.
}
reports-sent-on = Envoyés le
reports-sent-which = Rapports
reports-sent-submit = Marquer comme envoyés
reports-sent-row = { $report } · { $title }
reports-sent-row-hint = { $donor } · { $unit } · dû le { $day } · { $state }
reports-sent-nothing = Cochez les rapports qui ont été envoyés.

counted-owed_30 = Non remis, ou dus dans les 30 jours
counted-owed_60 = Non remis, ou dus dans les 60 jours
counted-owed_90 = Non remis, ou dus dans les 90 jours
responsible-nobody = Personne encore
reports-owed-open = Par unité et par personne
owed-title = Quels rapports devons-nous bientôt ?
owed-lead = { $unit }, au { $day }. Une unité compte avec celles qui en dépendent.
owed-all = Toutes les unités
owed-by-unit = Par unité
owed-by-person = Par personne
owed-overdue = En retard
owed-due_soon_30 = Sous 30 jours
owed-due_soon_60 = Sous 60 jours
owed-due_soon_90 = Sous 90 jours
owed-nothing = Rien n’est dû dans les 90 jours.
tile-reports-owed = Rapports que nous devons
tile-note-reports-owed = En retard, ou dus dans les 60 jours ; les premiers d’abord.
tile-empty-reports-owed = Aucun rapport n’est dû dans les 60 jours.
figure-reports-overdue = Rapports en retard

act-obligations-make = Les obligations de rapport de l’annonce { $code } ont été enregistrées.
obligations-open = Obligations de rapport
obligations-title = Que dit l’accord des rapports ?
obligations-lead = L’accord va du { $start } au { $end }.
obligations-no-end = jour qui n’est pas dit
obligations-since = En vigueur à partir du
obligations-since-hint = Vide : depuis le début de l’accord. Le jour d’un avenant, s’il les a changées.
obligations-clauses = Clauses
obligations-hint = Chacune donne un rapport pour chaque période, ou un seul à la fin. Sans fin, les rapports sont faits pour un an. Les jours de grâce comptent depuis la fin de la période, ou de l’accord.
obligations-row = Clause { $number }
obligations-add = Une autre clause
obligations-kind = Type de rapport
obligations-every_months = Périodicité
obligations-first_period_from = Première période à partir du
obligations-grace_days = Jours de grâce
obligations-at-end = Une fois, à la fin
obligations-every = { $months ->
    [one] Tous les { $months } mois
   *[other] Tous les { $months } mois
}
obligations-preview = Montrer ce que cela donne
obligations-again = Montrer de nouveau
obligations-make = Faire ces rapports
obligations-would = { $same ->
    [0] Ce que cela donne
    [one] Ce que cela donne ; { $same } rapport est déjà comme demandé
   *[other] Ce que cela donne ; { $same } rapports sont déjà comme demandé
}
obligations-added = Nouveau
obligations-moved = Déplacé
obligations-taken-out = Retiré
obligations-left = Reste tel quel
obligations-nothing = Chaque rapport est là, comme les clauses le demandent.
obligations-none = Dites au moins une clause.
obligations-kind-needed = Choisissez le type de rapport.
obligations-every-needed = Choisissez la périodicité.
obligations-grace-wrong = Un nombre entier de jours, de 0 à 3660.
