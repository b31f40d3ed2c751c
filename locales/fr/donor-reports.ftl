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

filter-kind = Type de rapport
filter-counted = Compté comme
filter-cause = Cause du retard
filter-responsible = Responsable
filter-state-donor-reports = État

col-report = Rapport
col-submitted = Remis le
col-days-late = Jours de retard
col-responsible = Responsable
