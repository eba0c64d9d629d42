"""Hungarian."""

from knowledge.languages.hu.nudges import NUDGES
from knowledge.languages.hu.numerals import inflect_number
from knowledge.languages.hu.sayings import SAYINGS
from knowledge.languages.language import Language, PersonWish, forms, phrases, split, table

_PERSON = PersonWish(
    people=forms("ügyintéző", "|t|vel|höz|nek|re|től|k|ket|kkel|jük|jükkel|jét|jével")
    | forms("operátor moderátor adminisztrátor", "|t|ral|hoz|nak|ra|tól|ok|okat|okkal|uk|ukkal|ával")
    | forms("admin", "|t|nal|hoz|nak|ra|ok|okat")
    | forms("munkatárs", "|at|sal|hoz|nak|ra|ak|akat|akkal|uk|ukkal|uknak|át|ával|ához|ától")
    | forms("kollég", "a|át|ával|ához|ának|ák|ákkal|ája|ájukkal|áját")
    | forms("ügyfélszolgálat", "|ot|tal|hoz|nak|os|osat|ossal|oshoz|osnak|ra|sal")
    | forms("szakember menedzser vezető", "|t|rel|nek|hez|re")
    | split("szakemberrel szakembert menedzserrel vezetővel főnököt főnökkel főnök"),
    anyone=split(
        """
        ember embert emberrel emberhez embernek személy személyt személlyel élőember valakit valakivel
        emberi
        """
    ),
    calls=split(
        """
        kapcsoljon kapcsolj kapcsolja kapcsolják kapcsoljanak kapcsoljatok kapcsolni beszélni beszélnék
        beszélhetek beszélhetnék beszéljek beszélgetni hívjon hívja hívjanak hívj hívják adjon adja adjanak
        adj adják csevegni csetelni kérek kérnék kérném kérném lépjek lépni irányítson irányítsanak irányíts
        átirányítani továbbítson továbbítsa értekezni keressen felvenni
        """
    ),
    wants=split(
        """
        szeretnék szeretném akarok akarom kell kellene kéne lehet lehetne tudok tudnék tudna van hadd muszáj
        inkább
        """
    ),
    around=split(
        """
        élő igazi valódi hús vér nekem velem engem át össze segítség segítségét segítségre válaszoljon
        válaszoljanak kapcsolatba önökkel önök maga magával egyik másik hogyan hogy hol elérni érhetek el
        élőben kapcsolatot egyből rögtön bot robot géppel valamelyik illetékes vezetőjével írni szükségem
        lenne rendes
        """
    ),
    attributes=split("díj díja díjak kód kódja fiók fiókja jogok jog szerepkör oldal aki amelyik akit"),
    phrases="""
        nem + bottal|géppel|robottal + akarok|szeretnék + beszélni|beszélgetni|írni
        nem akarok bottal beszélni|nem akarok géppel beszélni|nem szeretnék bottal beszélni
        írjon nekünk|írjanak nekünk|élő operátor|élő ember|élő embert|ügyfélszolgálatot kérek
    """,
    about=split("hogy mert ugyanis mivel kapcsolatban miatt ügyében témában és de"),
)

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
    sayings=SAYINGS | NUDGES,
    ordinals=(
        "egyik sem|egyik se|egyiket sem|egyik sem jó|egyik sem az|egyik sem illik|egyik sem megfelelő|semelyik"
        "|semelyiket|semmi|semmit"
        "|nulla|más|mást|valami más|más kérdés|nincs köztük|nincs itt|nincs ilyen|ezek közül egyik sem"
        "|egyik sem ezek közül|sehányadik"
        "|nem ezek|egyik sem segít|nincs a listában",
        "egy|első|elsőt|egyes|egyest|az elsőt|elsőre|legelső",
        "kettő|két|második|másodikat|kettes|kettest",
        "három|harmadik|harmadikat|hármas|hármast",
        "négy|negyedik|negyediket|négyes|négyest",
        "öt|ötödik|ötödiket|ötös|ötöst",
        "hat|hatodik|hatodikat|hatos",
        "hét|hetedik|hetediket|hetes",
        "nyolc|nyolcadik|nyolcadikat|nyolcas",
        "kilenc|kilencedik|kilencediket|kilences",
        "tíz|tizedik|tizediket|tízes",
    ),
    last="utolsó|utolsót|legutolsó",
    problem=(
        r"\b(megint|ismet|ujra|ugyanaz|meg mindig|tovabbra|elromlott|visszatert|eltunt|rosszabb|hiaba)\b",
        r"\b(nem|sem|se) (\w+ )?(megy|muk|segit|old|jott|jon|kap|kuld|erkez|ter|utal|nyil|tudok|sikerul|lep|enged"
        r"|lat|valtoz|tolt|indul"
        r"|jav|jatsz|hall|jo\b)\w*",
        r"\bnincs (?!tobb|kerdes|panasz|gond|problema|szukseg|baj)\w{3,}",
        r"\b(hiba|hibat|lefagy\w*|kifagy\w*)\b",
    ),
    commands={
        "topics": ("témák",),
        "language": ("nyelv",),
        "export": ("adataim",),
        "forget": ("felejtsenek el",),
        "own": ("kérdéseim",),
    },
    person=_PERSON,
    requests=split(
        "írja írd küldje küldd adja add mondja mondd ossza jelezze ellenőrizze próbálja kérem kérjük kérnénk kérném"
    ),
    question_words=split(
        "hogyan hogy mi mit hol hova hová honnan mikor miért ki kinek melyik mennyi mennyibe lehet tudok szeretnék"
    ),
    lead_ins=split("és de meg még szia kérem"),
    months=(
        "január januar jan$",
        "február februar feb$ febr$",
        "március marcius márc$",
        "április aprilis ápr$",
        "május majus máj$ maj$",
        "június junius jún$",
        "július julius júl$",
        "augusztus aug$",
        "szeptember szept$",
        "október oktober okt$",
        "november nov$",
        "december dec$",
    ),
    days={"tegnapelőtt": -2, "tegnap": -1, "tegnapi": -1, "ma": 0, "mai": 0, "holnap": 1, "holnapután": 2},
    times=(
        r"\b(nappal|hettel|honappal|evvel|oraval|perccel) ezelott\b|\b(napja|hete|honapja|eve|oraja|perce)\b",
        r"\b(mult|ezen a|ezen|e|elozo|a) (heten|honapban|evben|ejjel|hetvegen)\b|\b(tavaly|iden|hetvegen|most)\b",
        r"\b(hetfon|kedden|szerdan|csutortokon|penteken|szombaton|vasarnap)\b",
    ),
    account_words=split("id azonosító azonosítóm felhasználónév felhasználónevem nevem fiókom profilom száma"),
    openings=(
        *phrases("szep", "napot|jo napot|estet", "|kivanok|mindenkinek"),
        *phrases("remelem", "jol vannak|jol vagytok|tudnak segiteni|tudtok segiteni"),
        *phrases("szia|sziasztok|hello|hali|udv|udvozlom|kerem|kerlek"),
        *phrases("jo", "napot|reggelt|estet", "|kivanok"),
        *phrases("tisztelt", "cim|ugyfelszolgalat"),
        *phrases("|lenne", "egy", "kerdes|kerdesem", "|lenne"),
    ),
    closings=(
        *phrases("|elore is", "koszonom|koszonjuk|koszi", "a segitseget|a valaszt|a valaszat"),
        *phrases("tovabbi", "szep napot|jo munkat"),
        *phrases("szep napot", "|kivanok"),
        *phrases("udvozlettel|varom valaszukat|varom a valaszat|remelem tudnak segiteni"),
        *phrases("koszonom", "|szepen|elore is"),
        *phrases("koszi|elore is koszi|elore is koszonom|kerem segitsenek|segitseget kerek|surgos"),
    ),
    common_words=split(
        "tegyek csinaljak csináljak mindig szeretném szeretnék akarok akarom kell kellene tudni tudom tudok tudnám "
        "segítsen segítsenek mondja kérem most már még nagyon gyorsan ezt azt ez újra ma tegnap lehetne hogyha ha "
        "vagy és nekem engem a az hogyan hogy mi mit mik hol hova hová honnan mikor miért ki kit melyik mennyi lehet "
        "van a az egy és is nem igen én próbálom próbálok próbálkozom próbáltam próbálkoztam küszködöm küszködök "
        "szenvedek kínlódom kínlódok bajlódom bajlódok vesződöm vesződök kitalálni kideríteni rájönni óta napok napja "
        "nap hetek hete órák órája órákig hónapja hónapok egész"
    ),
    stances=table("""
        on: bekapcs kapcs+be$ aktival engedelyez
        off: kikapcs kapcs+ki$|le$ letilt
        add: hozzaad ad|add|hozz+hozza|letre letrehoz telepit
        remove: torol torl tavolit eltavolit
        restore: visszaallit allit|hoz+vissza$ vonj|von$+vissza$+lemond|torles helyreallit visszahoz visszaszer
        up: hangosit hangosabb novel emel huzd+fel$
        down: halk csokkent huzd|enged+le$
        block: blokkol tilt
        unblock: felold old+fel$
        show: mutas
        hide: rejt elrejt
        send: kuld tovabbit
        receive: kapok kapt kap$
        buy: vasarol vegyek venni$ rendel foglal
        sell: elad
        cancel: lemond mond+le$ visszavon
        play: jatsz jatss indit kezd lejatsz
        stop: leallit allj allit+le$ szunet befejez hagyd
        open: nyit nyis kinyit belep bejelentkez lep|jelentkez+be$
        close: bezar zar|csuk+be$ csuk kilep kijelentkez lep|jelentkez+ki$
        join: feliratkoz iratkoz+fel$ csatlakoz regisztr
        leave: leiratkoz iratkoz+le$
        download: letolt tolt+le$
        upload: feltolt tolt+fel$ kozzetesz
        link: csatol osszekapcs
        unlink: levalaszt
        hot: meleg forro
        cold: hideg huvos
        left: bal$ balra$ baloldal
        right: jobb$ jobbra$ jobboldal
        next: kovetkezo
        previous: elozo
        first: elso
        last: utolso
        more: tobb$ tobbet$
        less: kevesebb
        deposit: befizet
        withdraw: kifizet felvesz felvenni
        paid: fizetos
        free: ingyen
        morning: reggel
        evening: este
        male: ferfi
        female: noi$ nok$
        import: import
        export: exportal
        single: egyagy szimpla egyszemely
        double: ketagy dupla ketszemely
        monthly: havi$ havonta havonkent
        yearly: eves$ evi$ evente evenkent
        without: nelkul
        deny: nem$ ne$ nincs$ nincsen$ sem$ soha$ sose$ magatol$ fele$ reszben
        unable: nem$+tudok|tudom|tud$|tudja|tudunk|sikerul|lehet|bir|megy$|enged|kepes keptelen
        fail: hiba hibat hibas elromlott nem$+muk|jo$ lefagy osszeoml problema
        why: miert$ mier$
        state: nyitva$ kinyitva$ csukva$ becsukva$ zarva$ bezarva$ kapcsolva$ bekapcsolva$ kikapcsolva$ egnek$ van+e$
        lost: elfelejt elvesz ellop
        asks: hogyan$ hogy$ hol$ hova$ honnan$ mikor$ mennyi hany kit$ kinek$ mi$ mit$ melyik milyen
        wonder: tudom+hogy|hol$|mikor|mit$ nem$+ertem|emleksz|talal|jovok|jottem|rajon|kiderit|kitalal
        unwanted: nem$+kell|akar|szeret|hasznal
    """),
    abbreviations=split("stb kb pl ún ill u út ker db sz ld vö pf bt kft zrt id özv tkp min max old köt"),
    inflect_number=inflect_number,
    passwords=("jelszo", "jelszó", "admin", "szeretlek"),
)
