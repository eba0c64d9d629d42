"""A language module for German, which Frontdesk does not support, as a contributor would write it."""

from knowledge.languages.language import Language, PersonWish, Saying, forms, phrases, short, split, table

GERMAN = Language(
    code="de",
    name="Deutsch",
    remark="(in German)",
    script="latin",
    letters="abcdefghijklmnopqrstuvwxyzäöüß",
    stemmer="german",
    frequent_words=split(
        "der die das ein eine ich du sie wir mein meine nicht und ist wie was warum wo wann kann hallo bitte danke "
        "hilfe passwort konto seite mit einem einen"
    ),
    sayings={
        Saying.FILLER: short("das|es|ist|mir|ich|sie|jetzt|bitte|so|aber|leider|alles|hat"),
        Saying.GREETING: short("hallo|moin|servus\nguten|schönen + tag|morgen|abend"),
        Saying.THANKS: short("danke|dankeschön|vielen dank|super|verstanden", beside="sehr|schön|für die hilfe"),
        Saying.CONSENT: short("ja|gerne|klar|machen sie das"),
        Saying.PASS_ON: short("weiterleiten|leiten sie|geben sie", beside="die frage|weiter|einem mitarbeiter"),
        Saying.REFUSAL: short("nein|nee|nicht nötig"),
        Saying.SOLVED: short("geholfen|geklappt|funktioniert"),
        Saying.UNSOLVED: short("nicht + geholfen|geklappt"),
        Saying.OPENING: short("frage|fragen|helfen", beside="habe|eine|darf|können"),
        Saying.WITHDRAWAL: short("abbrechen|hat sich erledigt|erledigt"),
        Saying.CANCEL: short("abbrechen"),
        Saying.CHOICE: short("nummer|die|der"),
        Saying.NUDGE: short("wie lange noch", beside="das|eine|ich"),
        Saying.WAIT: short("wie lange|wann|noch|keine"),
        Saying.AWAITED: short("antwort|dauert|warte|antworten"),
    },
    ordinals=("keine|keine davon", "eins|erste", "zwei|zweite", "drei|dritte", "vier|vierte", "fünf|fünfte"),
    last="letzte",
    problem=(r"\b(immer noch|wieder)\b",),
    commands={"topics": ("themen",), "own": ("meine fragen",)},
    person=PersonWish(
        people=forms("mitarbeiter", "|n"),
        anyone=split("menschen mensch"),
        calls=split("sprechen verbinden"),
        wants=split("möchte will"),
        around=split("mit einem einen"),
        attributes=frozenset(),
        about=split("weil wegen"),
    ),
    question_words=split("wie was wo wann warum wer kann"),
    lead_ins=split("und aber hallo bitte"),
    months=("jan", "feb", "märz", "april", "mai$", "juni", "juli", "aug", "sep", "okt", "nov", "dez"),
    days={"gestern": -1, "heute": 0},
    times=(r"\b(vor|letzte) (\w+ )?(tag|woche|monat)\w*\b",),
    account_words=split("id nummer benutzername"),
    openings=(*phrases("hallo|guten tag|moin"), *phrases("ich habe|", "eine frage")),
    closings=(*phrases("vielen|schonen", "dank"), *phrases("danke", "|im voraus")),
    common_words=split("wie was wo wann warum ich mein meine der die das ein eine und nicht"),
    stances=table("""
        remove: losch entfern
        add: hinzufug erstell
        deny: nicht$ kein
        why: warum$ weshalb$
        asks: wie$ wo$ wann$ was$ wer$
    """),
    abbreviations=split("z.b bzw usw str nr"),
    passwords=("passwort", "schatz"),
)
