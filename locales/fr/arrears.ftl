arrears-kicker = Arriérés
arrears-question = Qu’est-ce qui nous est dû en retard, et depuis quand ?
arrears-empty = Aucune échéance d’une annonce signée n’était échue avant ce jour et encore impayée.
arrears-totals = Totaux
arrears-by-age = Par ancienneté
arrears-chart = Arriérés par jours de retard, USD
arrears-lead = { $rows ->
    [one] { $rows } échéance d’annonces signées, échue avant le { $day } et non entièrement payée. Convertie
   *[other] { $rows } échéances d’annonces signées, échues avant le { $day } et non entièrement payées. Converties
} aux taux en vigueur ce jour-là.
arrears-no-rate = { $rows ->
    [one] L’une d’elles n’a pas de taux de change et n’entre dans aucun chiffre en USD.
   *[other] { $rows } d’entre elles n’ont pas de taux de change et n’entrent dans aucun chiffre en USD.
}
arrears-per-currency = Par monnaie
arrears-behind = Par monnaie, avec les taux utilisés
arrears-days = { $days ->
    [one] { $days } jour
   *[other] { $days } jours
}
arrears-group = { $class } · { $rows ->
    [one] { $rows } échéance
   *[other] { $rows } échéances
}
arrears-definition = Ce que sont les arriérés
arrears-definition-text = Une échéance est exigible au plus tardif de ces jours : sa date d’échéance, le jour de la signature et, si elle est soumise à une condition, le jour où celle-ci a été remplie. Elle est en retard dès le lendemain. Le restant dû est son montant, moins ce que les versements reçus à ce jour en paient et ce qui a été passé en perte.
