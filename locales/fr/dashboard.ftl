# The dashboard: a tile is the sums of a list, and the first of its rows.
menu-dashboard = Tableau de bord
dashboard-title = Ce qu’il y a à voir aujourd’hui
tile-arrears = En retard
tile-arrears-sentence = { $rows ->
    [0] Rien n’est en retard.
    [one] Une échéance échue avant ce jour est impayée, en dollars des États-Unis aux taux du jour.
   *[other] { $rows } échéances échues avant ce jour sont impayées, en dollars des États-Unis aux taux du jour.
}
tile-oldest = Les plus anciens retards
tile-note-oldest = Ce qui était échu avant ce jour et n’est pas payé, du plus ancien au plus récent.
tile-empty-oldest = Rien n’est en retard.
tile-to-come = À échoir dans les 60 jours
tile-note-to-come = Signé, sans condition et pas encore payé ; les sommes sont le restant dû.
tile-empty-to-come = Rien n’échoit dans les 60 prochains jours.
tile-my-donors = Mes donateurs
tile-note-my-donors = Les donateurs dont je suis le point focal.
tile-empty-my-donors = Je ne suis le point focal d’aucun donateur.
tile-unsigned = Annoncé, non signé
tile-note-unsigned = Ces annonces ne comptent dans aucun total avant leur signature.
tile-empty-unsigned = Toutes les annonces sont signées.
tile-waiting = Argent en attente
tile-note-waiting = Versements sans annonce, d’origine inconnue ou sans taux, et ce qu’aucune échéance n’a pris.
tile-empty-waiting = Chaque versement a sa place.
tile-imports = Dernières importations
tile-note-imports = Ce qui a été chargé depuis des fichiers, le plus récent d’abord.
tile-empty-imports = Aucun fichier n’a encore été chargé.
tile-stale-rates = Taux de plus de 45 jours
tile-note-stale-rates = Ils sont utilisés, et signalés comme périmés, jusqu’au chargement d’un taux plus récent.
tile-empty-stale-rates = Tous les taux en vigueur sont plus récents.
