"""What short messages in Hungarian say."""

from knowledge.languages.language import Saying, short

_ISSUE = "kérdést|kérdésem|kérdésemet|kérést|ügyet|ügyemet|bejelentést|jegyet|kérdés"
_WORKED = (
    "működik|működött|sikerült|segített|megoldódott|megy|"
    "rendbe jött|megoldotta|bejött|bevált|megjött|megérkezett|visszajött"
)
_MYSELF = "magam|magamtól|egyedül|saját magam"
_FOUND_OUT = (
    "megoldottam|megoldottuk|megtaláltam|rájöttem|sikerült megoldanom|"
    "kitaláltam|elintéztem|megoldódott|megoldva|rendeződött"
)
SAYINGS = {
    Saying.FILLER: short(
        """
        kérem|kérlek|légyszi|légyszíves|a|az|ez|ezt|azt|nekem|én|is|már|most|hát|na|de|és|akkor|csak|nagyon|egy|így
        úgy|még|kicsit|mindent|minden|sajnos|végre|tényleg|szerintem|önök|ön|te|ti|azonnal|sürgősen|itt|ide|mindenki
        szépen|ha lehet|ha megkérhetem|lécci|pls|uram|hölgyem|tisztelt|cím|ügyfélszolgálat|csapat
        """,
    ),
    Saying.GREETING: short(
        """
        üdvözlöm önöket|üdvözlöm önt|szia|sziasztok|szió|szevasz|szervusz|szervusztok|helló|hello|hali|halihó|heló
        csá|csáó|üdv|üdvözlöm|üdvözletem|hellosztok|kezét csókolom|csókolom|jónapot|jóreggelt|jóestét
        jó reggelt mindenkinek|mindenkinek
        |szép|jó + napot|reggelt|estét|délutánt|jónapot + |kívánok
        """,
    ),
    Saying.THANKS: short(
        """
        ennyi volt|csak ennyi|ez minden|ennyi az egész
        köszönettel|köszönöm|köszönjük|köszi|kösz|köszike|köszönet|hálás vagyok|hálásan|hála|ezer köszönet
        szépen köszönöm|thx|tökéletes|szuper|király|nagyszerű|remek|kitűnő|csodás|csodálatos|fantasztikus|zseniális
        kiváló|pompás|jó|klassz|éljen|hurrá|oké|ok|rendben|rendben van|értem|értettem|világos|megértettem|jól van
        vettem|így már értem|ez jó|nagyon jó|jó tudni|hasznos|viszlát|viszontlátásra|szép napot|további szép napot
        minden jót|ügyesek vagytok|sokat segített|sokat segítettek|ön a legjobb|le a kalappal|gratulálok|kedves
        kedves öntől|remek munka|szép munka|hálás köszönet|megpróbálom|kipróbálom|megnézem|utánanézek
        """,
        beside="""
        előre is|nagyon szépen|ezerszer|sokszor
        |a|az|a gyors|a részletes + segítséget|választ|infót|információt|türelmet|megoldást|tájékoztatást
        |a|az|a gyors|a részletes + köszönettel
        """,
    ),
    Saying.CONSENT: short(
        """
        igen|igen kérem|persze|oké|ok|okés|rendben|rendben van|jó|jó lesz|jól van|természetesen|mindenképp
        mindenképpen|hogyne|naná|rajta|mehet|jöhet|tegye|tegye meg|tegyék|csinálja|csináljuk|csináld|benne vagyok
        beleegyezem|egyetértek|így legyen|legyen|kérném|szeretném|megköszönném|megköszönöm|az jó lenne|jó lenne
        az remek lenne|remek lenne|szuper lenne|nagyszerű lenne|örülnék neki|örülnék|megvárom|várok|várom|nyugodtan
        nincs ellene kifogásom|nem bánom|miért ne|helyes|szuper|tökéletes|aha|ja|legyen szíves|legyen olyan kedves
        legyen oly kedves|legyenek szívesek|légy szíves|lennének szívesek|akarom|kérem szépen|ahogy gondolja
        lehet|megfelel|nekem megfelel|feltétlenül|köszönettel|hajrá
        """,
    ),
    Saying.PASS_ON: short(
        """
        hagyja így|hagyják így|maradjon így|küldje így|küldjék így|adja át így|így küldje|így küldjék|így adja át
        továbbítsa|továbbítsd|továbbítsák|továbbítsuk|továbbíthatja|továbbíthatják|továbbítani|továbbküldheti|küldje
        küldje el|küldjék el|küldjék|küldd|küldje tovább|küldjék tovább|adja át|adják át|add át|adja tovább
        adják tovább|átadhatja
        átadhatják|átadni|tegye fel|tegyék fel|kérdezze meg|kérdezzék meg|kérdezd meg|irányítsa|irányítsák|nyisson
        nyissanak|jelezze|jelezzék|szóljon|szóljanak|válaszoljon|nézze meg|nézzék meg|nézzen rá|nézzenek rá
        vizsgálja meg|vizsgálják meg|foglalkozzon vele|foglalkozzanak vele|vegye át|vegyék át|intézze|intézzék
        hadd + nézze|nézze meg|válaszoljon|lássa|segítsen|döntsön|intézze|foglalkozzon vele|oldja meg|vegye át
        válaszoljanak|mutassa meg|mutassák meg|oldja meg|oldják meg
        """,
        beside=f"""
        {_ISSUE}|kérdésem|tovább|át|fel|munkatársnak|egy munkatársnak|kollégának|kollégáknak|kollégájának
        ügyintézőnek|embernek|operátornak|oda|munkatársuknak|munkatársaknak|őket|neki|nekik|hozzá|hozzájuk
        ügyfélszolgálatnak|valakinek|szakembernek|az illetékesnek|munkatárs|kolléga|ügyintéző|ember|jegyet
        egy|a|az|egyik|önök közül|inkább|hozzáértő|igazi|élő|ezt|vele|rá|erre|szakértő|szakértőnek|valamelyik
        egy jegyet|bejelentést|kérdésemet|a kérdésem|adminnak|moderátornak|valaki|azt
        """,
    ),
    Saying.REFUSAL: short(
        """
        nem|nem nem|dehogy|dehogyis|nem kell|nem szükséges|szükségtelen|nem kérem|nem kérek|nem akarom|nem szeretném
        nem most|most nem|megoldom egyedül|hagyjuk inkább|inkább hagyjuk|később|majd később|talán később|majd máskor
        máskor|inkább nem|inkább ne|ne|ne tegye|ne küldje|ne továbbítsa|ne adja át|ne küldjék|ne továbbítsák
        nincs rá szükség|nincs rá szükségem|nincs szükség rá|nincs szükségem rá|hagyja|hagyjuk|hagyd|felejtse el
        meggondoltam magam|meggondoltam|mégse|mégsem|semmiképp|semmiképpen|szó sincs róla|megoldom|majd megoldom
        majd én|megoldom magam|nem fontos|mindegy|nem igénylem|még nem|egyelőre nem|nem gondolom|eszemben sincs
        nem érdekel|nem muszáj
        """,
    ),
    Saying.SOLVED: short(
        f"""
        nincs több kérdésem|nincs kérdésem|nincs más kérdésem|több kérdésem nincs|beléptem|sikerült belépnem|megvan
        meglett|kész|bejutottam|elindult|megcsináltam|ment|újra megy|újra működik|helyreállt|megjavult|megjavították
        megjavítottam
        |ez|most már|így|már|így már|a dolog|probléma|a probléma|a kérdés + {_WORKED} + |már|most|rendben|jól
        minden|már minden|most már minden|így minden|most már + rendben|oké|ok|jó|remek|szuper|rendben van|tökéletes
        minden|már minden|most már minden|így minden|most már + jól működik|sínen van
        |a kérdés|a probléma|a problémám|a gond|már|az ügy + |már + megoldva|megoldódott|megszűnt|elmúlt|rendeződött
        |a kérdés|a probléma|a problémám|a gond|már|az ügy + |már + megoldott|meg van oldva|lezárható
        megjött|megérkezett|visszajött|megvan|megkaptam + |már + a pénz|a pénzem|a csomag|a visszatérítés|a kód
        megjött|megérkezett|visszajött|megvan|megkaptam + |már + a pénzt|a csomagot|a kódot
        |a + pénz|pénzem|csomag|visszatérítés|kód|hozzáférés|pénzt + |már + megjött|megérkezett|visszajött|megvan
        |a + pénz|pénzem|csomag|visszatérítés|kód|hozzáférés|pénzt + |már + itt van|megkaptam
        """,
        beside="van",
    ),
    Saying.UNSOLVED: short(
        """
        nem erre gondoltam|nem ezt kérdeztem|nem ez a kérdésem|nem erről van szó|hiába|hasztalan|nem oldódott
        nincs megoldva|még nincs|még nem|nem egészen|nem teljesen|csak részben|maradt kérdésem|maradtak kérdéseim
        lenne még kérdésem|van még kérdésem|még van kérdésem|megint rossz|megint elromlott|visszatért
        visszajött a hiba|újra elromlott|megint ugyanaz|ugyanaz|még mindig rossz|még mindig ugyanaz
        még mindig|továbbra|megint|ismét|újra|azóta|most + |is|sem|se + nem + megy|működik|jó|sikerül|sikerült
        még mindig|továbbra|megint|ismét|újra|azóta|most + |is|sem|se + nem + tudok belépni|kaptam meg|érkezett meg
        még mindig|továbbra|megint|ismét|újra|azóta|most + |is|sem|se + nem + jött meg|enged be|megoldott
        még mindig|továbbra|megint|ismét|újra|azóta|most + |is|sem|se + nem + oldódott meg
        semmi|nem|ugyanaz + változott|változás|változott semmi|a hiba|a probléma|a helyzet|a gond
        nem + segített|segít|oldotta meg|megoldás|ez az|oldódott meg|oldódott|jó|jött be|segítettek
        """,
        beside="sem|is|se|még mindig|továbbra|rajta|semmit",
    ),
    Saying.OPENING: short(
        """
        kérdésem|kérdés|kérdésünk|kérdéseim|kérdezni|kérdezhetek|kérdezhetnék|kérdezzek|megkérdezni|megkérdezhetem
        megkérdezném|érdeklődni|érdeklődnék|kérdeznék|segítség|segítséget|segíteni|segítsenek|segítsen|segíts
        segítene|segítenének|segítségre|segítségét|tanácsot|útbaigazítást|elakadtam|itt vannak|van itt valaki
        van ott valaki|ráér|problémám|gondom|bajom
        """,
        beside="""
        van|lenne|volna|akadt|egy|pár|néhány|gyors|rövid|kis|nagy|komoly|sürgős|szeretnék|szeretném|akarok|akarnék
        lehet|lehetne|szabad|szabadna|hadd|jó|tudnék|tudna|tudnának|tudsz|tudnátok|tudnál|tudnak|tud|kérnék|kérek
        kellene|kéne|kell|kérni|valamit|egyet|egy dolgot|dolgot|feltenni|tőletek|önöktől|öntől|önökhöz|önhöz
        hozzátok|szükségem|kicsi|valaki|más|lennének|feltehetek|hogy|ha|van egy|még|egy kérdést|kérdést
        """,
    ),
    Saying.WITHDRAWAL: short(
        f"""
        mégse|mégsem|mégse kell|mégsem kell|hagyjuk|hagyja|tárgytalan|nem aktuális|már nem aktuális|már nem kell
        már nem fontos|felejtse el|felejtsék el|felejtsük el|visszavonom|visszavonnám|törölje|töröljék|vonja vissza
        nem érdekes|mindegy|már mindegy|meggondoltam magam|már nem érdekes|már nincs rá szükség|nincs már rá szükség
        már nincs szükség rá|nem kell már|nem kell válasz|nem kell válaszolni|ne válaszoljanak|ne válaszoljon
        zárják le|zárja le|lezárhatják|lezárhatja|lezárható|nem kell válaszolniuk
        kár fáradni|vaklárma|téves riasztás|vak riasztás
        magától megoldódott|magától megjavult|megoldódott magától|elmúlt magától
        |kérem + zárja|zárják|zárd|töröljék|törölje|vonja|vonják + |le|vissza + |a|az|ezt a + {_ISSUE}
        visszavonom|visszavonnám|törölném + |a|az|ezt a + {_ISSUE}
        |a|az|ezt a + {_ISSUE} + lezárhatja|lezárhatják|lezárható|törölhető|törölhetik|törölhetik|lezárni
        |a|az|ezt a + {_ISSUE} + visszavonom|zárják le|zárja le|törölném
        |már|közben|időközben|közben már|már közben + {_FOUND_OUT} + |{_MYSELF}|a dolgot|a problémát
        {_MYSELF} + {_FOUND_OUT}|oldottam meg
        |már|közben|időközben|magamtól|magunktól + sikerült + megoldani|megoldanom|megoldanunk|elintézni|elintéznem
        """,
    ),
    Saying.CANCEL: short(
        """
        mégse|mégsem|mégse kell|kilépés|megszakítás|megszakítom
        """,
    ),
    Saying.CHOICE: short(
        """
        számú|sz|szám|válasz|lehetőség|lehetőséget|opció|opciót|pont|pontot|gomb|kérdés|kérdést|sor|legyen|választom
        választanám|lesz|kérném|szeretném|talán|valószínűleg|közülük|ezek közül|a listából|fentről|felülről
        felsorolásból|es|as|os|ös|ik
        """,
    ),
}
