# La note d’information.
brief-title = Note d’information
brief-hint = Une page par donateur : imprimez-la depuis votre navigateur, ou enregistrez-la en PDF.
brief-kicker-meeting = Note d’information · réunion du { $meeting }
brief-belongs = relève de { $parent }
brief-of = sur { $all }
brief-agenda = À l’ordre du jour : { $title }
brief-gave = Ce qu’ils ont donné
brief-promised = Ce qu’ils ont promis et doivent
brief-nothing-promised = Aucune annonce n’est ouverte.
brief-overdue = { $amount } en retard
brief-next = prochaine échéance le { $day }
brief-more = { $count ->
    [one] et une autre
   *[other] et { $count } autres
}
brief-reports = Ce que nous leur devons : rapports
brief-no-report = Aucun rapport n’est dû.
brief-days-late = { $days ->
    [one] un jour de retard
   *[other] { $days } jours de retard
}
brief-more-late = { $count ->
    [one] et un autre en retard
   *[other] et { $count } autres en retard
}
brief-more-open = D’autres sont ouverts
brief-said = Les trois dernières fois
brief-promised-we = Ce que nous avons promis
brief-promised-they = Ce qu’ils ont promis
brief-priorities = Leurs priorités et leur calendrier
brief-people = Qui sera là
brief-contacts = À qui l’on parle
brief-foot = Établie pour { $name } le { $at }, d’après ce qui était enregistré le { $known }. Dollars des États-Unis au taux du jour de réception, et de ce jour pour ce qui reste dû.
