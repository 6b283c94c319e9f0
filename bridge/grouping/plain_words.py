"""Words that tell no two problems apart: small ones, and those that only say that it's broken.

Normalised, without apostrophes, for the languages that testers write most; a word of another
language counts as telling, which at worst makes fewer comments too short to compare.
"""

_ENGLISH = """
a about after again all also am an and any app application are as at be because been before
broken bug bugs but by can cannot cant could crash crashed crashes did didnt do does doesnt doing
done dont error errors even ever every fail failed fails feedback fix fixed for from get gets
getting give go goes going gone got had happen happened happening happens has have help here hi
hello how i if im in into is isnt issue issues it its ive just keep keeps let like made make makes
many may me more much must my need needs no not nothing now of ok on once one only or other our
out over please pls problem problems really same say says see seems should so some something still
stop stopped stops such test tester testing than thank thanks that thats the their them then there
these they thing things this those time times to too tried try trying up us use used using very
want wants was wasnt way we weird well went were what when where which while who why will with wont
work working works would wrong you your
"""
_GERMAN = """
aber als am an app auch auf aus bei beim bitte bug da dann das dass dem den der des die diese dieser
dieses doch ein eine einem einen einer es fehler funktioniert funktionieren für geht gehen hat habe
haben hallo hier ich ihr im immer in ins ist ja kann kaputt kein keine man mehr mein meine mich mir
mit nach nicht nichts noch nur ob oder problem schon sehr sein sich sie sind so und uns vom von vor
war warum was weil wenn wie wieder wird wir zu zum zur über
"""
_ROMANCE = """
alla alle anche ao appli après aqui au aucun aussi aux avec avez bloqué bug c ce cela ces cette che
chez ci com como con cosa cuando da dans das de del della des di do dos du e el elle em en encore
erreur erro error errore es esta está este et fait fait fonctionne fonctionnent funciona funziona
há i il in ja je la las le les lo los ma mais marche mas mi mon más na ne no non nos nous não o on
os ou où pas para pero plus por porque pour problema problème qu quand que queste questo qui quando
quiero sans se sem si son sont sous su sur también te toujours tout très tu um uma un una une va
vous voir y à ça è était être
"""
_OTHERS = """
aan als als bij dat de deze dit doen doet een en er fout geen geeft het hij ik ikke ikkje inte jag
je kan maar med meer met mijn naar niet nog och om ook op probleem som te uit van var voor waar
wat werkt weer wel wordt zijn är på det att eller för
это что как так все она они только или если нет не работает приложение ошибка очень при для
"""

_SMALL = """
a also an and are as at be been by for from had has have here i if im in is it its ive just me my of
on please really so than that the their them then there these they this those to very was we were
while with
am auch auf bei bitte da das dem den der des die dieser es habe hat hier ich im in ist mein meine
mir sich sind und vom von zu zum zur
au aux avec ce cette dans de des du el en es est et il je la le les los ma mi mon se sont sur un una
une à
"""

PLAIN = frozenset((_ENGLISH + _GERMAN + _ROMANCE + _OTHERS).split())
"""The words that tell no two problems apart, normalised."""
SMALL = frozenset(_SMALL.split())
"""Those by which two sentences may differ and still say the same: no `not`, no `every`."""
