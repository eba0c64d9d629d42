"""A language module for German, which Frontdesk does not support, as a contributor would write it."""

from knowledge.languages.language import Language, phrases, short, split, table

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
    greetings=short("hallo moin servus tag morgen abend", "guten schönen"),
    thanks=short("danke dankeschön vielen super verstanden", "dank sehr schön für die hilfe"),
    helped=short("geholfen geklappt funktioniert", "das hat es jetzt ja danke"),
    unhelped=r"(?:(?:das|nein|leider) )*(?:hat )?(?:mir )?nicht (?:geholfen|geklappt)",
    yes=short("ja gerne klar", "bitte danke"),
    no=short("nein nee", "danke"),
    cancelling=split("abbrechen"),
    commands={"topics": ("themen",), "own": ("meine fragen",)},
    person=(r"\b(mit einem|einen) (menschen|mitarbeiter)\b",),
    nudges=(r"\bwie lange (noch|dauert)\b",),
    question_words=split("wie was wo wann warum wer kann"),
    lead_ins=split("und aber hallo bitte"),
    openings=(*phrases("hallo|guten tag|moin"), *phrases("ich habe|", "eine frage")),
    closings=(*phrases("vielen|schonen", "dank"), *phrases("danke", "|im voraus")),
    common_words=split("wie was wo wann warum ich mein meine der die das ein eine und nicht"),
    colloquial=table("""
        passwort: pw passwd
    """),
    intents=table("""
        remove: losch entfern
        add: hinzufug erstell
        why: warum$ weshalb$
        how: wie$
    """),
    abbreviations=split("z.b bzw usw str nr"),
    passwords=("passwort", "schatz"),
)
