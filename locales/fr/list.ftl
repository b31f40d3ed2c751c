# What every list says.
list-export = Exporter ces lignes
list-as-of = Au
list-known-at = Connu au
list-known-now = connu à l’instant
list-known-then = connu au { $instant }
list-as-of-hint = Ce qui était vrai à la fin de ce jour.
list-known-at-hint = Vide : tout ce qui est enregistré jusqu’ici. Un instant passé, comme 2026-03-31T17:00:00Z, montre le chiffre tel qu’il était alors connu.
list-show = Afficher
list-today = Aujourd’hui
list-filter = Filtrer
list-filter-any = Indifférent
list-filter-remove = , retirer
list-search = Chercher dans ces lignes
list-sums = Sommes
list-pages = Pages
list-next = Suivante
list-first = Première page
list-empty = Rien ici.
list-clear = Effacer les filtres
list-count = { $rows ->
    [one] { $rows } ligne
   *[other] { $rows } lignes
}
list-count-more = plus de { $rows } lignes
list-in-usd = En dollars des États-Unis
list-without-rate = { $rows ->
    [one] { $rows } ligne sans taux n’y figure pas
   *[other] { $rows } lignes sans taux n’y figurent pas
}
list-paper = Au { $day } · { $known } · { $count } · imprimé par { $name }

filter-unit = Unité
filter-donor = Donateur
filter-fund = Fonds
filter-pledge = Annonce
filter-bucket = Ancienneté
filter-currency = Monnaie
filter-since = Depuis
filter-text = Texte
filter-until = Jusqu’au
filter-year = Année
filter-donor_kind = Catégorie de donateur
filter-region = Région du donateur
filter-fund_kind = Catégorie de fonds
filter-earmarking = Affectation
filter-state-pledges = État
filter-state-instalments = État
filter-state-contributions = Catégorie
filter-state-donors = Catégorie
filter-state-arrears = État
filter-state-units = Catégorie
filter-state-funds = Affectation
filter-state-rates = État
filter-hint-unit = Avec toutes les unités qui en dépendent.
filter-hint-donor = Le code ou le nom d’un donateur ; ses rattachés comptent avec lui.
filter-hint-donor_kind = Les donateurs comptent avec leur donateur de tête.
filter-hint-until = Jusqu’à ce jour, comme 2021-12-31.
filter-hint-since = À partir de ce jour, comme 2021-01-01.

col-donor = Donateur
col-donor-code = Code
col-code = Code
col-name = Nom
col-kind = Catégorie
col-parent = Rattaché à
col-country = Pays
col-region = Région
col-pledge = Annonce
col-pledge-number = Annonce · nº
col-unit = Unité
col-fund = Fonds
col-due = Échue le
col-falls-due = Échoit le
col-days = Jours
col-amount = Montant
col-paid = Payé
col-outstanding = Restant dû
col-advance = Avance
col-overdue = En retard
col-allocated = Imputé
col-unallocated = Non imputé
col-usd = USD
col-rate = Unités par USD
col-rate-from = En vigueur à partir du
col-focal-point = Point focal
col-currency = Monnaie
col-instalments = Échéances
col-state = État
col-signed = Signée le
col-pledged = Annoncée le
col-received = Reçue le
col-received-usd = Reçu, USD
col-arrears-usd = Arriérés, USD
col-last = Dernier versement
col-earmarking = Affectation
col-reference = Référence
col-condition = Condition

rate-stale = Taux périmé
rate-missing = Sans taux

bucket-1-30 = 1–30 jours
bucket-31-90 = 31–90 jours
bucket-91-180 = 91–180 jours
bucket-181-365 = 181–365 jours
bucket-365plus = Plus de 365 jours
filter-focal_point = Point focal
filter-hint-focal_point = L’adresse électronique d’un compte.
