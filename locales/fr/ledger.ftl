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
