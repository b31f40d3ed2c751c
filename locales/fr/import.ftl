# What an import says of a cell. $value: what it holds; $arg: what the sentence needs besides; $column: its column.
import-problem = { $file }, ligne { $line }, { $column }, « { $value } » : { $message }
import-problem-file = { $file }, ligne { $line } : { $message }
import-told = { $field } : { $message }
import-done = { $added } ajoutées, { $changed } modifiées, { $unchanged } inchangées, { $rejected } refusées.
import-nothing-landed = Rien n’a été chargé : { $errors ->
    [one] { $errors } problème
   *[other] { $errors } problèmes
}.
import-nothing-kept = Vérification seule ; rien n’a été chargé.
import-more = et { $count } de plus.
import-warnings = { $count ->
    [one] { $count } avertissement
   *[other] { $count } avertissements
} :
import-forbidden = Le rôle { $role } ne permet pas de charger { $kind }.

import-file-unreadable = le fichier ne peut pas être lu ({ $arg })
import-file-not-a-file = ce n’est pas un fichier
import-file-too-large = le fichier dépasse { $arg } Mo
import-file-empty = le fichier est vide
import-file-not-comma = les colonnes doivent être séparées par des virgules ; enregistrez le fichier en CSV à virgules
import-file-not-csv = ce n’est ni un fichier CSV ni un classeur
import-file-is-xls = c’est un classeur de l’ancien format (.xls) ; enregistrez-le en .xlsx ou en CSV
import-file-is-zip = c’est un fichier ZIP ou un classeur endommagé ; enregistrez la feuille en .xlsx ou en CSV
import-file-too-wide = l’en-tête compte plus de { $arg } colonnes
import-xlsx-encrypted = le classeur est protégé par un mot de passe ; enregistrez-le sans
import-xlsx-broken = le classeur est endommagé et ne peut pas être lu ; enregistrez-le de nouveau en .xlsx ou en CSV
import-xlsx-no-sheet = le classeur n’a pas de feuille contenant des lignes
import-xlsx-unpacks-too-large = le classeur contient plus que ce qui peut être lu ({ $arg } Mo décompressés) ; divisez-le, ou enregistrez sa feuille en CSV
import-xlsx-cell-too-long = une cellule du classeur contient plus de { $arg } Mo
import-xlsx-too-many-parts = le classeur se compose de plus de { $arg } parties ; enregistrez sa feuille en CSV
import-xml-broken = le XML est endommagé et ne peut pas être lu
import-too-many-rows = le fichier compte plus de { $arg } lignes
import-cell-is-an-error = la cellule contient l’erreur { $arg }
import-rates-disagree = la même monnaie a un autre taux ce jour-là plus haut : { $arg }
import-file-not-utf8 = le fichier n’est pas en UTF-8 (ligne { $arg }) ; enregistrez-le en CSV UTF-8
import-columns-missing = des colonnes manquent : { $arg }
import-columns-unknown = des colonnes sont inconnues : { $arg }
import-columns-twice = des colonnes figurent deux fois : { $arg }
import-row-too-long = la ligne est trop longue : un guillemet n’est peut-être pas fermé
import-row-width = la ligne compte { $value } champs, l’en-tête { $arg }

import-required = est nécessaire
import-zero-byte = contient un octet nul, qui n’est pas du texte
import-text-too-long = compte plus de { $arg } caractères
import-code-too-long = compte plus de { $arg } caractères
import-code-with-control = contient un caractère de contrôle
import-code-reserved = est réservé et ne peut pas être un code
import-not-a-day = n’est pas une date de la forme 2021-07-31
import-day-out-of-range = est hors des années 1900 à 2199
import-day-after-today = est après aujourd’hui, { $arg }
import-currency-unknown = n’est pas une monnaie de la norme ISO 4217
import-not-a-number = n’est pas un nombre de la forme 1234.56
import-number-too-large = a plus de 16 chiffres avant la virgule
import-number-too-precise = a plus de décimales qu’on ne peut en conserver
import-rate-too-precise = a plus de { $arg } décimales
import-not-above-zero = doit être supérieur à zéro
import-percent-out-of-range = doit être compris entre 0 et 100
import-not-a-whole-number = doit être un nombre entier à partir de 1
import-not-yes-or-no = doit être yes ou no
import-not-one-of = doit être l’un de { $arg }
import-country-unknown = n’est pas un code de pays ISO 3166-1 alpha-3
import-decimals = a plus de décimales que { $arg } n’en a

import-key-twice = figure déjà à la ligne { $arg }
import-differs = le système indique « { $arg } » ; chargez avec --correct et un motif si c’est faux
import-taken-out = a été retiré le { $arg } ; chargez avec --correct et un motif pour le rétablir
import-instalment-left-out = le système a cette échéance de l’annonce { $arg }, le fichier l’omet ; chargez avec --correct et un motif si elle doit disparaître
import-unit-unknown = unité inexistante
import-donor-unknown = donateur inexistant
import-fund-unknown = fonds inexistant
import-pledge-unknown = annonce inexistante
import-contribution-unknown = contribution inexistante
import-account-unknown = aucun compte n’a cette adresse électronique
import-parent-itself = ne peut pas être rattaché à soi-même
import-parent-loop = les rattachements tournent en rond
import-usd-is-one = un dollar des États-Unis vaut un dollar des États-Unis
import-government-without-country = un gouvernement sans pays
import-amendment-of-nothing = modifie une annonce qui n’a pas de première ligne
import-currency-amended = un avenant ne peut pas changer la monnaie, qui est { $arg }
import-events-disagree = les lignes de cette annonce se contredisent sur ce qui lui est arrivé
import-schedule-does-not-add-up = les échéances totalisent { $arg }
import-amount-is-not-the-sum = les échéances totalisent { $value }, l’annonce est de { $arg }
import-met-without-condition = il n’y a pas de condition à remplir
import-signed-before-pledged = est avant le jour de l’annonce, { $arg }
import-label-of-amendment = n’est pas utilisé : la ligne propre de l’annonce indique « { $arg } »
import-due-before-signature = est avant la signature, { $arg }
import-reverses-itself = ne peut pas s’extourner soi-même
import-reversal-not-negative = une extourne doit être négative
import-instalment-without-pledge = nécessite l’annonce à laquelle elle appartient
import-instalment-unknown = l’annonce { $arg } n’a pas cette échéance
import-pledge-of-another-donor = l’annonce { $arg } est d’un autre donateur ; indiquez dans paid_by qui a payé
import-reversal-does-not-fit = ce qui est extourné doit être une contribution antérieure du même donateur, de la même annonce et dans la même monnaie
import-reversed-too-much = l’extourne dépasse ce qui a été reçu, { $arg }
import-refund-too-large = le remboursement dépasse ce qui est non imputé sur l’annonce { $arg } ce jour-là
import-rate-missing = aucun taux de change de { $arg } n’est connu pour ce jour ; le montant n’est donc pas converti
import-alias-too-long = plus long que { $arg } caractères
import-from-day-of-nothing = aucune première ligne ne dit ce qui vaut avant ce jour
import-label-of-first-row = n’est pas utilisé : la première ligne dit « { $arg } »
import-says-too-little = dit tout ce qui vaut à partir de ce jour ; la colonne { $arg } manque

import-period-backwards = se termine avant de commencer, le { $arg }
import-extension-of-nothing = dit ce qui vaut à partir d’un jour pour un rapport qui n’a pas de première ligne
import-report-events-disagree = les lignes de ce rapport ne s’accordent pas sur ce qu’il est devenu
import-submitted-before-period = est avant le début de la période, le { $arg }
import-returned-unsent = a été renvoyé sans avoir été envoyé
import-returned-before-sent = est avant l’envoi, le { $arg }
import-resent-unreturned = a été envoyé de nouveau sans avoir été renvoyé
import-resent-before-returned = est avant le renvoi, le { $arg }
import-confirmed-by-others = c’est à la mobilisation des ressources de le confirmer ; laissez vide ou dites non
import-unit-of-others = n’est ni votre unité ni une unité qui en dépend
import-final-before-end = est avant la fin de l’accord, le { $arg }
