# What facts ask of each other. $what: the reference it is about; $arg: what the sentence needs besides.
broken-contribution-of-no-pledge = La contribution { $what } nomme l’annonce { $arg }, qui n’existerait plus.
broken-reversal-of-nothing = La contribution { $what } extourne { $arg }, qui n’existerait plus.
broken-fact-of-no-pledge = Quelque chose est enregistré sur l’annonce { $what }, qui n’existerait plus.
broken-allocation-of-nothing = La contribution { $what } est imputée manuellement, et n’existerait plus.
broken-donor-gone = Le donateur { $what } est nommé par { $arg }, et n’existerait plus.
broken-unit-gone = L’unité { $what } est nommée par { $arg }, et n’existerait plus.
broken-fund-gone = Le fonds { $what } est nommé par { $arg }, et n’existerait plus.
broken-schedule = Les échéances de l’annonce { $what } ne totalisent pas son montant : { $arg }.
broken-donor-loop = Le donateur { $what } serait un jour rattaché à lui-même.
broken-no-beginning = { $what } dit ce qui vaut à partir d’un jour, et rien ne dirait ce qui valait avant.
broken-unit-loop = L’unité { $what } se trouverait un jour au-dessus d’elle-même.
broken-report-of-no-pledge = Le rapport { $what } est dû au titre de l’annonce { $arg }, qui n’existerait plus.
broken-fact-of-no-report = Quelque chose est enregistré sur le rapport { $what }, qui n’existerait plus.
broken-report-out-of-order = Le rapport { $what } serait renvoyé ou envoyé de nouveau le { $arg } sans avoir été envoyé ou renvoyé avant.
broken-confirmation-of-nothing = Une prolongation ou une dispense du rapport { $what }, convenue le { $arg }, est confirmée et n’existerait plus.
