# The audit page and the settings.
menu-audit = Audit
menu-settings = Paramètres
list-tabs = Listes qui vont ensemble
audit-kicker = Modifications
audit-question = Qui a modifié quoi, quand et pourquoi ?
audit-empty = Aucune modification ne correspond.
audit-facts-kicker = Fait par fait
audit-facts-question = Qu’est-ce que chaque modification a fait de chaque fait ?
audit-facts-empty = Aucun fait modifié ne correspond.
sign-ins-kicker = Connexions
sign-ins-question = Qui s’est connecté, et qui a essayé ?
sign-ins-empty = Aucune tentative de ce genre ces quatre-vingt-dix derniers jours.
sign-ins-succeeded = Connecté
sign-ins-failed = Échec
filter-state-sign-ins = Issue
filter-who = Qui
filter-act = Quoi
filter-room = Objet
filter-code = Code ou référence
col-what = Quoi
col-facts = Faits
col-before = Avant
col-after = Après
col-outcome = Issue
col-means = Au moyen de
col-address = Depuis
means-password = Mot de passe
means-code = Code
means-recovery_code = Code de secours

act-setting = { $code ->
    [allowance_percent] La provision pour créances douteuses a été fixée.
    [member_states] Le nombre d’États membres a été fixé.
    [no_data_years] Les années sans données ont été fixées.
    [late_margin] La marge des projets en retard a été fixée.
   *[other] Un paramètre a été modifié.
}
history-setting_facts = Paramètre
field-setting = Paramètre
field-value = Valeur
settings-question = Qu’est-ce qui vaut pour l’organisation ?
settings-lead = Un paramètre vaut à partir d’un jour ; ce qui valait auparavant reste tel quel. Ce qui était faux se retire sur la page de sa modification.
settings-new = Nouvelle valeur
settings-now = Aujourd’hui
settings-default = Par défaut
settings-every-fund = Tous les fonds
settings-choose-fund = Choisir un fonds
settings-from-beginning = Depuis le début
settings-from-hint = Vide : depuis le début. Les chiffres des jours antérieurs restent tels quels.
settings-voided = Invalidé
settings-operator = Fixé par l’exploitant
settings-zone = Fuseau horaire
settings-no-years = Aucune
settings-why = Dites pourquoi
settings-no-fund = Choisissez un fonds existant.
settings-wrong-day = Ce n’est pas une date : écrivez-la comme 31 juil. 2021.
settings-wrong-percentages = Quatre pourcentages de 0 à 100 séparés par des barres obliques, par exemple 0 / 25 / 60 / 100.
settings-wrong-count = Un nombre entier à partir de 1.
settings-wrong-years = Des années séparées par des virgules, par exemple 2015, 2016.
setting-allowance_percent = Provision pour créances douteuses
setting-meaning-allowance_percent = La part d’un montant en retard qui est provisionnée : en retard de moins d’un an, d’un à deux ans, de deux à trois ans, et davantage.
setting-hint-allowance_percent = Quatre pourcentages, par exemple 0 / 25 / 60 / 100.
setting-member_states = États membres
setting-meaning-member_states = Le nombre d’États membres : la part de ceux qui donnent s’y rapporte.
setting-hint-member_states = Un nombre entier.
setting-no_data_years = Années sans données
setting-meaning-no_data_years = Les années pour lesquelles rien n’est enregistré pour un fonds : un donateur qui a donné avant et après n’est pas réputé avoir cessé.
setting-hint-no_data_years = Des années séparées par des virgules ; vide s’il n’y en a pas.
