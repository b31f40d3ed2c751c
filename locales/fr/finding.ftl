# Finding: suggestions, the palette, shortcuts, saved views.
find-title = Rechercher
find-question = Que cherchez-vous ?
find-label = Noms, codes ou mots
find-open = Recherche
find-everything = Tout ce qui dit « # »
find-recent = Ouverts en dernier
find-count = { $rows ->
    [one] { $rows } résultat
   *[other] { $rows } résultats
}
find-nothing = Rien ici ne ressemble à « { $typed } ».
find-placeholder = Un donateur, une page, ce qui a été dit…
find-close = Fermer
find-keys-choose = choisir
find-keys-open = ouvrir
find-keys-close = fermer

found-page = Pages
found-action = Actions
found-view = Vues enregistrées
found-donor = Donateurs
found-pledge = Annonces
found-contribution = Contributions
found-meeting = Réunions
found-follow_up = Suites à donner
found-contact = Contacts
found-document = Documents
found-intelligence = Renseignements sur les donateurs
found-unit = Unités
found-fund = Fonds
found-person = Personnes
found-currency = Monnaies

suggest-found = Suggestions : #
suggest-nothing = Aucune suggestion
suggest-failed = Les suggestions ne sont pas disponibles pour l’instant. Un code ou un nom exact suffira.
duplicates-title = Ce donateur existe peut-être déjà :
duplicates-new-tab = (s’ouvre dans un nouvel onglet)
duplicates-name = un nom semblable
duplicates-country = le gouvernement de ce pays

action-views = Vues enregistrées
action-theme-light = Thème clair
action-theme-dark = Thème sombre
action-theme-auto = Thème de l’appareil
action-sign-out = Se déconnecter

keys-title = Raccourcis clavier
keys-mark = ?
keys-search = Chercher dans la liste, ou partout
keys-palette = Trouver n’importe quoi
keys-help = Cette liste
keys-new = Nouveau, là où la page le propose
keys-go = Aller à { $room }
keys-escape = Fermer ce qui est ouvert
keys-single = Utiliser les raccourcis à une seule touche
keys-then = puis
keys-escape-name = Échap
keys-control = Ctrl

menu-views = Vues enregistrées
views-all = Toutes
views-more = Toutes les vues enregistrées
views-question = Quelles vues ont un nom ?
views-own = Les vôtres
views-shared-by-others = Partagées par d’autres
views-none = Aucune vue n’est encore enregistrée.
views-none-hint = Filtrez une liste, puis donnez-y un nom à ce que vous voyez.
views-open-list = Aller aux arriérés
views-shared-by = Partagée par { $name }
views-private = Privée
views-shared = Partagée
views-save = Enregistrer cette vue
views-save-do = Enregistrer
views-name = Nom
views-name-hint = Le nom que vous lui donneriez dans une conversation, comme « Bureaux régionaux, plus d’un an ».
views-name-empty = Donnez un nom à la vue.
views-name-long = Le nom compte plus de 80 lettres.
views-name-taken = Vous avez déjà une vue de ce nom sur cette liste.
views-share = La partager avec tous
views-keep-day = Conserver le jour
views-keep-day-hint = Sinon, la vue est toujours celle d’aujourd’hui.
views-edit = Renommer
views-change-do = Enregistrer le nom
views-remove = Retirer
views-undo = Rétablir
views-keeps-all = Toutes les lignes

act-view-save = La vue { $code } a été enregistrée.
act-view-change = La vue { $code } a été modifiée.
act-view-remove = La vue { $code } a été retirée.
act-view-restore = La vue { $code } est rétablie.

error-conflict-title = Modifié entre-temps
error-conflict = Quelqu’un a modifié ceci depuis l’ouverture de la page. Ouvrez-la de nouveau pour voir ce qu’il en est.
