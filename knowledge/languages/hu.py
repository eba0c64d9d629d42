"""Hungarian."""

from knowledge.languages.language import Language, phrases, short, split, table

HUNGARIAN = Language(
    code="hu",
    name="Magyar",
    remark="(in Hungarian)",
    script="latin",
    letters="abcdefghijklmnopqrstuvwxyzáéíóöőúüű",
    stemmer="hungarian",
    frequent_words=split(
        "a az egy és nem hogy van nincs mit mi hol hogyan miért mikor kell tudok tudom lehet szia sziasztok "
        "kérem köszönöm "
        "köszi üdvözlöm jelszó jelszavam jelszavamat elfelejtettem belepni oldalam oldalamat oldal fiók "
        "segítség vagyok "
        "szeretnék ügyintéző ember nekem"
    ),
    greetings=short("szia sziasztok helló hello üdv üdvözlöm napot reggelt estét", "jó kívánok szép"),
    thanks=short("köszönöm köszi oké ok rendben értem szuper", "nagyon szépen a segítséget"),
    helped=short("segített sikerült megoldódott", "igen ez már most köszönöm köszi szépen"),
    unhelped=r"(?:(?:ez|sajnos|nekem|de) )*nem (?:segített|segít|oldotta meg|ez az)(?: nekem| sajnos)*",
    yes=short("igen persze", "kérem köszönöm"),
    no=short("nem", "kell köszönöm"),
    cancelling=split("mégse mégsem"),
    commands={
        "topics": ("témák",),
        "language": ("nyelv",),
        "export": ("adataim",),
        "forget": ("felejtsenek el",),
        "own": ("kérdéseim",),
    },
    person=(
        r"^\W*((egy|kérek|kérem|kérnék)\W+)*(operátor\w*|ember\w*)(\W+(kérek|kérem|kérnék|szeretnék))*\W*$",
        r"\b(ügyintéző\w*|élő (ember|operátor)\w*|írjon nekünk)\b",
        r"\b(ember|operátor)r?(rel|ral) (szeretnék|akarok|lehet|tudok) (beszél|írni)\w*|\bemberrel szeretnék\b",
    ),
    nudges=(
        r"^\W*(halló|hahó)\W*$",
        r"\bvan(\W+már)?\W+(valami\W+)?(hír|válasz|fejlemény)\b|\bmikor\W+(\w+\W+){0,2}(válaszol\w*|felel\w*)",
        r"\bmég\W+mindig\W+várok\b|\bvan\W+itt\W+valaki\b",
    ),
    question_words=split(
        "hogyan hogy mi mit hol hova hová honnan mikor miért ki kinek melyik mennyi mennyibe lehet tudok szeretnék"
    ),
    lead_ins=split("és de meg még szia kérem"),
    openings=(
        *phrases("szia|sziasztok|hello|hali|udv|udvozlom|kerem|kerlek"),
        *phrases("jo", "napot|reggelt|estet", "|kivanok"),
        *phrases("tisztelt", "cim|ugyfelszolgalat"),
        *phrases("|lenne", "egy", "kerdes|kerdesem", "|lenne"),
    ),
    closings=(
        *phrases("koszonom", "|szepen|elore is"),
        *phrases("koszi|elore is koszi|elore is koszonom|kerem segitsenek|segitseget kerek|surgos"),
    ),
    common_words=split(
        "hogyan hogy mi mit mik hol hova hová honnan mikor miért ki kit melyik mennyi lehet van a az egy és "
        "is nem igen én"
    ),
    colloquial=table("""
        alkalmazás: app appot appon appba appban
        csoport: csopi
        facebook: fb fészbuk
        fiók: acc accot accom accomat
        hogy: h hgy
        információ: infó infók
        instagram: insta
        kellene: kéne
        kérem: lécci léci légyszi plíz pls
        köszönöm: köszi kösz kösszi
        miért: miér
        regisztráció: reg
        regisztrálni: regelni regizni
        születésnap: szülinap szülcsi
        telefon: teló telcsi
        üzenet: üzi üzit
        vagyok: vok
        valahogy: vhogy
        valahol: vhol
        valaki: vki
        valami: vmi
        valamit: vmit
        videó: vid
    """),
    intents=table("""
        on: bekapcs kapcs+be$ aktival engedelyez
        off: kikapcs kapcs+ki$ kapcs+le$ letilt
        add: hozzaad ad+hozza add+hozza tedd+fel letrehoz hoz+letre beallit allit+be$ tervez rogzit
        remove: torol torl tavolit eltavolit
        restore: visszaallit allit+vissza$ helyreallit visszahoz visszaszer
        up: hangosit hangosabb novel emel
        down: halk csokkent
        block: blokkol tilt
        unblock: felold old+fel$
        show: mutas nezd nezz megnez olvas ellenoriz mondd mondj
        hide: rejt elrejt
        send: kuld irj$ ird$ irjal irni$ valaszol tovabbit
        receive: kapok kapt kap$ jon$ jott erkez
        buy: vasarol vegyek venni$ rendel foglal fizet
        cancel: lemond mond+le$ visszavon
        play: jatsz jatss indit kezd lejatsz
        stop: leallit allj allit+le$ szunet befejez hagyd
        change: valtoztat modosit cserel szerkeszt atir frissit valts
        open: nyit nyis belep bejelentkez lep+be$ jelentkez+be$
        close: bezar zar+be$ kilep lep+ki$ kijelentkez jelentkez+ki$ csukd
        join: feliratkoz iratkoz+fel$ csatlakoz regisztr
        leave: leiratkoz iratkoz+le$
        download: letolt tolt+le$ ment
        upload: feltolt tolt+fel$ kozzetesz posztol
        link: csatol osszekapcs
        unlink: levalaszt
        call: hivd hivj hivas telefonal
        lose: elfelejt elveszt eltun
        find: keres talal
        fail: hiba nem+muk nem+meg lefagy
        remind: emlekeztet
        advise: ajanl javasol
        report: panasz jelent
        why: miert$
        when: mikor hany+orakor
        where: hol$ hova honnan$
        how many: hany mennyi
        who: kit$ kinek$
        how: hogyan$ hogy$
        can: lehet tudok$ szabad
        what: mi$ mit$ mik$ melyik milyen
        is: van$ vane
    """),
    abbreviations=split("stb kb pl ún ill u út ker db sz ld vö pf bt kft zrt id özv tkp min max old köt"),
    passwords=("jelszo", "jelszó", "admin", "szeretlek"),
)
