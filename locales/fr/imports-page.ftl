# The page of imports.
menu-imports = Importations
imports-kicker = Importations
imports-question = Qu’est-ce qui a été chargé, par qui, et avec quel résultat ?
imports-empty = Aucune importation ne correspond.
imports-landed = Enregistrée
imports-undone = Retirée
imports-refused = Refusée
imports-draft = Non enregistrée
imports-no-file = Sans fichier
filter-state-imports = État
col-when = Quand
col-who = Qui
col-file = Fichier
col-new = Nouvelles
col-changed = Modifiées
col-unchanged = Inchangées
col-refused = Refusées

error-too-large-title = Trop volumineux
error-too-large = Ce qui a été envoyé dépasse { $arg } Mo. Divisez les fichiers et chargez-les l’un après l’autre.

import-page-drop = Déposez des fichiers ici, ou choisissez-les
import-page-drop-hint = CSV ou XLSX, et les taux du Trésor de l’ONU en XML. La nature de chacun se lit à ses colonnes. Au plus { $most } Mo ensemble.
import-page-look = Montrer ce qui changerait
import-page-nothing-chosen = Choisissez au moins un fichier.

import-page-title-checking = Vérification
import-page-lead-checking = Rien n’est encore chargé. Vous pouvez quitter cette page et y revenir.
import-page-title-landing = Enregistrement de { $both } lignes
import-page-lead-landing = Toutes, ou aucune. Vous pouvez quitter cette page et y revenir.
import-page-title-stopped = Cette importation a été interrompue
import-page-lead-stopped = Rien n’en a été enregistré.
import-page-title-kinds = Que contiennent ces fichiers ?
import-page-lead-kinds = Leurs colonnes ne le disent pas. Choisissez, et ils seront vérifiés.
import-page-title-expired = Ce brouillon a expiré
import-page-lead-expired = Ses fichiers ne sont plus conservés. Chargez-les de nouveau.
import-page-title-failed = La vérification n’a pas pu se faire
import-page-lead-failed = Rien n’a été enregistré.
import-page-title-unreadable = Les fichiers ne conviennent pas ; rien n’a été enregistré
import-page-lead-unreadable = Ce qui ne va pas est indiqué ci-dessous.
import-page-title-refused = { $rejected ->
    [one] { $rejected } ligne sur { $rows } est refusée ; rien n’a été enregistré
   *[other] { $rejected } lignes sur { $rows } sont refusées ; rien n’a été enregistré
}
import-page-lead-refused = Une seule ligne fautive, et rien n’est enregistré. Corrigez les cellules ici et vérifiez de nouveau, ou téléchargez les lignes, corrigez le fichier et déposez-le une nouvelle fois.
import-page-title-checked = { $both ->
    [one] { $both } ligne est prête à être enregistrée
   *[other] { $both } lignes sont prêtes à être enregistrées
}
import-page-lead-checked = Rien n’est encore chargé. Tout est enregistré, ou rien.
import-page-title-same = Tout est déjà ici
import-page-lead-same = Il n’y a rien à enregistrer.
import-page-title-landed = { $both ->
    [one] { $both } ligne a été enregistrée
   *[other] { $both } lignes ont été enregistrées
}
import-page-lead-landed = { $added } nouvelles, { $changed } modifiées. Le tout est une seule modification, et peut se retirer en une fois.
import-page-title-undone = Cette importation a été retirée
import-page-lead-undone = Ce qu’elle avait enregistré est invalide ; ce qui était là auparavant vaut de nouveau.

import-page-phase-reading = { $rows } lignes lues sur environ { $about }
import-page-phase-comparing = { $rows } lignes lues ; comparaison avec ce qui est ici
import-page-phase-recording = { $rows } lignes lues ; calcul de ce qu’elles changent
import-page-undoing = L’importation est en cours de retrait.
import-page-stopped = Le serveur qui y travaillait s’est arrêté. Vérifiez de nouveau.

import-page-in-currencies = en { $count } monnaies
import-page-corrected-note = { $rows ->
    [one] { $rows } exige un motif : l’ancien fait est invalidé
   *[other] { $rows } exigent un motif : les anciens faits sont invalidés
}
import-page-unchanged-note = déjà ici, laissées telles quelles
import-page-in-lines = aux lignes { $lines }
import-page-from-line = à partir de la ligne { $line }

import-page-refused-rows = Lignes refusées
import-page-download = Télécharger ces lignes
import-page-check-again = Vérifier de nouveau
import-page-line = Ligne
import-page-leave-out = Écarter
import-page-cell = Ligne { $line }, { $column }
import-page-reason = ligne { $line }, { $column } : { $message }
import-page-problems = Ce qui ne va pas
import-page-changes = Ce qui change
import-page-changed = Ce qu’elle a changé
import-page-before = Avant
import-page-first-changes = Les 500 premières sont affichées.
import-page-row = Ligne
import-page-what = Quoi
import-page-here = Ici actuellement
import-page-in-file = Dans le fichier
import-page-part-fact = Correction
import-page-part-event = Nouvel événement
import-page-part-label = Libellé
import-page-corrections = Exige en outre un motif
import-page-warnings = Inhabituel, mais enregistré
import-page-new-rows = Nouvelles lignes
import-page-what-now = Que faire maintenant
import-page-reason-for = { $rows ->
    [one] Motif de la correction
   *[other] Motif des { $rows } corrections
}
import-page-reason-hint = Conservé avec chaque fait invalidé, pour les auditeurs.
import-page-reason-needed = Dites pourquoi ce qui est ici est faux.
import-page-put-right = Corrigées ici : { $rows ->
    [one] { $rows } ligne
   *[other] { $rows } lignes
}{ $out ->
    [0] .
   *[other]  ; écartées : { $out }.
}
import-page-forget = Oublier cela
import-page-land = { $rows ->
    [one] Enregistrer { $rows } ligne
   *[other] Enregistrer { $rows } lignes
}
import-page-another = Charger d’autres fichiers
import-page-discard = Jeter ce brouillon
import-page-kinds = Ce que contiennent les fichiers
import-page-kind-choose = Choisir
import-page-change = Modification
import-page-undo = Retirer cette importation
import-page-undone-by = par { $who }, { $at }
import-page-undone-why = Pourquoi elle a été retirée
import-page-undo-failed = Elle n’a pas pu être retirée. Veuillez réessayer.

import-page-busy = quelqu’un d’autre enregistre les mêmes lignes en ce moment ; vérifiez de nouveau dans un instant
import-page-database = la base de données n’a pas pu être jointe ; rien n’a été enregistré, vérifiez de nouveau dans un instant
import-page-gone = les fichiers ne sont plus conservés ; chargez-les de nouveau
import-page-landed-before = cette importation a déjà été enregistrée
import-page-forbidden = votre rôle ne permet pas de charger { $arg }
import-page-moved = quelque chose a été enregistré depuis que vous avez regardé ; rien n’a donc été enregistré de cette importation. Regardez ce qui changerait maintenant, et enregistrez-la si c’est juste
