arrears-kicker = Arrears
arrears-question = What is overdue to us, and since when?
arrears-empty = No instalment of a signed pledge had fallen due before this day and was still unpaid.
arrears-totals = Totals
arrears-by-age = By age
arrears-chart = Arrears by days overdue, USD
arrears-lead = { $rows ->
    [one] One instalment
   *[other] { $rows } instalments
} of signed pledges, fallen due before { $day } and not fully paid. Converted at the rates in force that day.
arrears-no-rate = { $rows ->
    [one] One of them has no exchange rate and is in no USD figure.
   *[other] { $rows } of them have no exchange rate and are in no USD figure.
}
arrears-per-currency = Per currency
arrears-behind = Per currency, with the rates used
arrears-days = { $days ->
    [one] 1 day
   *[other] { $days } days
}
arrears-group = { $class } · { $rows ->
    [one] 1 instalment
   *[other] { $rows } instalments
}
arrears-definition = What arrears means
arrears-definition-text = An instalment falls due on the latest of its due date, the signing day and, where it has a condition, the day that was met. It is overdue from the next day. Outstanding is its amount less what receipts by this day pay of it and what was written off.
