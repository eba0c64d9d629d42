"""How Hungarian asks how much longer an answer takes."""

from knowledge.languages.language import Saying, short

NUDGES = {
    Saying.NUDGE: short(
        """
        nem + felejtettek el|felejtettek el engem|hagynak figyelmen kívül
        még mindig|továbbra is|még + semmi|semmi hír|semmi válasz
        mondjanak|mondjon|írjanak|tudnak|tudnának mondani + |már|végre + valamit
        sokára|nagyon sokára|mennyire sokára
        elveszett|elkallódott|eltűnt|meglett|megvan + |a|az + kérdésem|kérdésünk|ügyem|kérésem
        van|született + |már|valami|már valami + eredmény|eredménye|döntés
        tudnak|tud|tudnának + |már|már valamit|valamit|nekem + mondani|valamit|többet + |valamit
        halló|hahó|hé|kopp kopp|mikor|mikor lesz|meddig|meddig még|sokáig|sokáig még|mennyi|mennyi még|mennyi idő
        mennyi idő még|mennyi lesz|hogy állunk|hogy haladnak|mi újság|mi a helyzet|mi van|mi lesz|mi történt
        mi történik|mi az ábra|na mi|na és|és most|van valami|valami hír|valami|várok|várunk|csend|nagy csend
        hallgatnak|hallgatás|türelmetlen vagyok|hol vannak|merre vannak|hova tűntek|eltűntek
        semmi + hír|válasz|új|újság|fejlemény
        van + itt|ott|még itt|még ott + valaki
        él|ott van|itt van|figyel + |itt|ott|még + valaki
        itt|ott|élnek + vannak|még|vannak még
        elfelejtettek|elfeledkeztek|megfeledkeztek|elfelejtették + |engem|rólam|rólunk|a kérdésem|a kérdésemről
        figyelmen kívül hagynak|ignorálnak|siessenek|siessen|gyorsabban|emlékeztető|emlékeztetném önöket
        válaszoljanak|válaszoljon|válaszolj + |valamit|már|végre|valaki
        válaszoljatok|reagáljanak|írjanak|jelentkezzenek + |valamit|már|végre|valaki
        hány + nap|óra|perc|hét + |még|múlva|lesz
        ilyen|túl|nagyon + sokáig|lassan|lassú|lassúak
        miért + ilyen sokáig|ilyen lassan|ilyen lassúak|hallgatnak
        """,
        beside="""
        a|az|kell|kellene|kéne|lehet|kapok|kapunk|kaptam|kaptunk|kapni|kapom|kaphatok|kaphatnék|kapott|jött|jön
        jönni|érkezik|érkezett|meg|el|ki|fel|le|rá|e|vajon|nekem|nekünk|önök|önöktől|tőletek|önöknek|tőlük|valami
        valamit|valamire|valamilyen|bármi|bármilyen|egyáltalán|két|három|négy|több|pár|fél|egész|egy|óta|múlva|belül
        idő|időt|ideje|ideig|időn|kb|körülbelül|nagyjából|körül|ügyintéző|munkatárs|munkatársuk|kolléga|kollégájuk
        ember|ügyfélszolgálat|operátor|tegnap|tegnapelőtt|reggel|hétfő|kedd|szerda|csütörtök|péntek|írtam|kérdeztem
        írok|másodszor|harmadszor|kérdésem|kérdésünk|ügyem|kérésem|bejelentésem|én|tudják|tudni|tudja|tud|tudnak
        mondani|mondja|mondják|megmondani|szeretném|elnézést|bocsánat|ne haragudjon|sikerült|fog|fognak|fogok|fogják
        fogja|ezzel|vele|velem|kapcsolatban|ügyben|dolog|benne|addig|sem|se|sose|soha|olyan|hosszú|hosszan|rám|itt
        ott|vannak|történik|történt|lenne|lesz|ugye|hogy|számítsak|számíthatok|remélhetem|nagyon|tovább|időbe|telik
        kerül
        """,
    ),
    Saying.WAIT: short(
        """
        mikor|eddig|mióta|sokára|mennyire|mikorra|mikorára
        meddig|mennyi idő|mennyi ideig|mennyi időn belül|mennyi idő múlva|mennyit|mennyi|hány
        hamarosan|nemsokára|sokáig|sokat|sok|még|még mindig|már|még nem|nem|nincs|nincsen|senki|semmi|semmilyen
        miért|hol|hogy|hogyan|milyen|mi van|mi lesz|mi a helyzet|mi történt|van|van e|lesz|valaki|bárki|ki|kap
        nap|napja|napok|napot|órája|óra|órák|órát|hete|hetet|perc|perce|percek|percet|régóta|rég|ma|holnap|ilyen
        kapok|valamire|valamit|a|az|csak|azóta|egyre|folyamatosan|reggel|reggel óta|este óta|délután óta|tegnap
        sincs|mi tart|ennyi ideig|továbbra|továbbra is
        """,
    ),
    Saying.AWAITED: short(
        """
        válasz|választ|válaszok|válaszra|válaszukra|válaszukat|válaszát|válaszuk|válaszolnak|válaszol|válaszolt
        válaszoltak|válaszolni|válaszolna|válaszolnának|válaszoljanak|felel|felelnek|felelet|feleletet|reagálnak
        reagál|reagált|reakció|reakciót|hír|hírek|hírt|híre|hírük|újság|újdonság|fejlemény|fejlemények|fejleményt
        haladás|haladnak|haladunk|halad|haladt|állunk|állnak|áll|tart|tartanak|tartunk|eltart|várok|várunk|várni
        várnom|várnunk|várjak|várjunk|várhatok|várhatom|várhatunk|várom|várjuk|vártam|várakozom|várakozni|várható
        kérdésemmel|kérdésemre|kérdésemet|kérdésünkkel|kérdésünkre|ügyemmel|ügyemben|ügyünkkel|kérésemmel|kérésemre
        bejelentésemmel|bejelentésemre|jelentkeznek|jelentkezik|jelentkezett|visszajelzés|visszajelzést
        visszajeleznek|visszaírnak|visszaír|visszaírt|írnak vissza|foglalkoznak|foglalkozik|foglalkozott
        foglalkoztak|megnézte|megnézték|megnézik|megnézi|ránézett|ránéztek|ránéz|néznek|nézi|nézik|nézte|látta
        látták|olvasta|elolvasta|oldódik meg|oldják meg|megoldódik|megoldják|megoldás|megoldást|megoldásra|eredményre
        kiderült|kideríteni|kiderítettek|kiderítették|megtudni|megtudtak|jutottak|jutott
        elintézik|intézik|intézi|döntés|döntöttek|segítenek|dolgoznak|dolgoznak rajta|dolgozik|jut rám|jut rá
        mondanának|mondana|ebből|belőle|állapot|állapota|státusz|státusza|stádiumban|kerül sor|sorra kerülök
        kerülök sorra
        """,
    ),
}
