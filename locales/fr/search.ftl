# Recherche : tout ce qui dit les mots saisis.
search-hint = Donateurs, contacts, réunions et leurs résultats, suites à donner, documents, renseignements, annonces, projets, rapports : tout ce que vous pouvez lire, dans toutes les langues. Un mot mal saisi est compris.
search-count-many = Plus de 500 résultats
search-many = 500+
search-all = Tout
search-kinds = Types de résultats
search-found = Résultats
search-said = Dit dans les textes
search-quoted = « { $word } »
search-understood = « { $typed } » n’a pas été trouvé. Affiché à la place : { $meant }.
search-classified = Ce qui y est dit se lit sur sa page.
search-nothing-hint = Essayez une autre graphie, moins de mots, ou le début d’une référence.
search-page = Page { $page }
search-before = Retour

found-one-donor = Donateur
found-one-contact = Contact
found-one-meeting = Réunion
found-one-follow_up = Suite à donner
found-one-document = Document
found-one-intelligence = Renseignement sur un donateur
found-one-pledge = Annonce
found-one-project = Projet
found-one-report = Rapport au donateur
