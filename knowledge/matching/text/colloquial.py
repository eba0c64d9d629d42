"""Short and spoken forms of words, as people type them in a chat: "прила" is "приложение", "acct" is "account".

A question and a phrasing are read alike, so it does not matter which of them is the careful one. Only forms that hardly mean
anything else are here; words with several meanings are left to the comparison of meanings.
"""

ANY_FORM = "~"
"""Ends a spoken word that is meant in all its inflections; the others stand for themselves alone."""

_WRITTEN = {
    "ru": """
        аватар: ава авка аватарка~
        администратор: админ~ админша~ админчик~
        аккаунт: акк~ акаунт~ аккаунд~ учетка~
        ватсап: вотсап~ вацап~ вотсапп~ ватсапп~ вацапп~ уотсап~
        видео: видос~ видосик~ видяшка~ видюшка~
        вконтакте: вк
        вообще: ваще вопще
        деньги: денюжка~ денежка~
        заблокировать: забанить забанил забанила забанили забанен забанена забанят заблочить заблочил заблочили
        инстаграм: инста инсту инсте инсты инстой инстаграмм~
        интернет: инет~
        информация: инфа инфу инфы инфо
        использовать: юзать юзаю юзает юзал юзают
        когда: када
        комментарий: комент~ коммент~ каммент~
        компьютер: комп~ пк
        конечно: канеш
        модератор: модер~
        музыка: музло музон~
        ноутбук: ноут~
        обновление: обнова~ апдейт~
        очень: оч
        пароль: пасс пасворд~ пассворд~
        пожалуйста: пж пжл пжлст пжлста плз плиз пожалста пожалуста пажалуйста
        пользователь: юзер~
        приложение: прила~ прилка~ приложуха~ аппка~
        программа: прога~ програмка~
        проверить: чекнуть чекни чекните чекнул
        профиль: профайл~
        разблокировать: разбанить разбаньте разбань разбанил разбанили разбанят разблочить
        сейчас: щас ща сичас
        сколько: скока скоко
        смс: смска~ смсочка~ эсэмэска~ эсемеска~ эсэмэс
        спасибо: спс пасиб пасибо
        стрим: стримить стримлю стримил стримила стримили стримит стримят стримим стримлять стриминг~
        страница: страничка~
        телевизор: телек~ телик~
        телеграм: тг телега телеге телегу телеги телеграмм~
        телефон: тел телефончик~ мобила~ мобилка~
        техподдержка: тп саппорт~ суппорт~
        только: токо
        уведомление: уведы уведов
        фейсбук: фб фэйсбук~
        фото: фотка~ фоточка~ фотография~
        человек: чел
        что: че шо чо што
        чтобы: чтоб штоб
        ютуб: ютьюб~ ютюб~ ютубчик~
    """,
    "en": """
        account: acc acct accnt
        address: addr
        administrator: admin admins
        and: n
        application: app apps
        are: r
        because: cuz coz bcoz bcz
        before: b4
        birthday: bday
        can: cn
        facebook: fb
        good: gud
        have: hv
        hour: hrs
        how: hw
        information: info
        instagram: insta ig
        later: l8r
        message: msg msgs
        minute: mins
        notification: notif notifs
        password: pw pwd passwd psswrd
        payment: pymt
        people: ppl
        phone: fone
        picture: pic pics
        please: pls plz plzz
        quantity: qty
        received: rcvd recd
        telegram: tg
        thanks: thx tnx thnx
        today: tdy 2day
        tomorrow: tmrw tmr tmrow 2moro
        transaction: txn
        video: vid vids
        vkontakte: vk
        week: wk wks
        what: wut
        with: wid
        why: y
        year: yr yrs
        you: u
        your: ur
        youtube: yt
    """,
    "hu": """
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
    """,
}


def written_forms(lang: str) -> dict[str, str]:
    """The written word for each spoken one, in lower case."""
    lines = [line.split(":") for line in _WRITTEN[lang].split("\n") if ":" in line]
    return {form: written.strip() for written, forms in lines for form in forms.split()}
