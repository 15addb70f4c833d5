"""The words and characters by which `language` tells languages apart. Data, ours.

A stop word is listed without accents. Words that two of our languages share count for both, so
they never decide alone; words that nearly everybody texts (`GREETINGS`) count for nobody.
"""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Name in Latin letters for the menu (GSM-7) first, then what else people call it.
NAMES: dict[str, tuple[str, ...]] = {
    "en": ("English", "Inggeris", "Inggris", "Ingles", "Inglés", "英文", "英语", "英語"),
    "ms": (
        "Melayu",
        "Bahasa Melayu",
        "Malay",
        "BM",
        "马来文",
        "馬來文",
        "马来语",
        "Bahasa Malaysia",
    ),
    "zh-Hans": (
        "Zhongwen",
        "中文",
        "Chinese",
        "Mandarin",
        "华语",
        "简体中文",
        "简体",
        "Putonghua",
        "汉语",
    ),
    "zh-Hant": ("Zhongwen", "繁體中文", "繁體", "繁体中文", "國語", "廣東話", "Cantonese", "Guoyu"),
    "my": (
        "Myanmar",
        "မြန်မာ",
        "မြန်မာစာ",
        "မြန်မာစကား",
        "မြန်မာဘာသာ",
        "မြန်မာလို",
        "ျမန္မာ",
        "Burmese",
        "Bamar",
        "Bama",
        "Myanma",
        "ဗမာ",
        "ဗမာစကား",
        "ဗမာလို",
    ),
    "fil": ("Filipino", "Tagalog", "Pilipino"),
    "hi": ("Hindi", "हिन्दी", "हिंदी"),
    "ja": ("Nihongo", "日本語", "にほんご", "Japanese", "日语", "日文", "ニホンゴ"),
    "es": ("Español", "Espanol", "Spanish", "Castellano"),
    "ta": ("Tamil", "தமிழ்", "Tamizh"),
    "ar": ("Arabiya", "العربية", "عربي", "Arabic", "عربية", "عربى", "اللغة العربية", "Arabi"),
    "id": ("Indonesia", "Bahasa Indonesia", "Indonesian"),
}

GREETINGS = _set(
    """hi hii hiii hello helo hallo halo hai hay hey hei hiya hola ola ok okay yes no ya yo
    test salam assalamualaikum assalamu alaikum namaste namaskar mingalaba mingalabar
    mingalarpar mingalarbar kumusta
    kamusta vanakkam bye thanks thank please sms help info sos stop start join exit"""
)

STOP_WORDS: dict[str, frozenset[str]] = {
    "en": _set(
        """the i i'm im and is are was were you your my me we they he she it's that this with have
        has had not don't dont can't cant cannot can do does did what how why who when
        need want feel feeling talk speak someone somebody because very so for of to in
        at on it be been about anyone just really there from would could should will if
        but help please am nobody an"""
    ),
    "ms": _set(
        """saya aku awak kau kamu anda dia kami kita mereka yang dan atau tetapi tapi dengan untuk
        dari daripada pada kepada di ke ini itu ada tidak tak tiada bukan sudah dah
        belum akan sedang boleh nak mahu hendak perlu kena sangat sekali macam kenapa
        mengapa bagaimana siapa apa bila mana kerana sebab sahaja je jer lah pun juga
        lagi rasa seorang orang bercakap cakap tolong bantuan minta sikit banyak hari ni
        tu kat takde takda mcm sgt xde x dgn yg sy rumah keluarga suami isteri anak
        sedih takut sunyi tidur"""
    ),
    "id": _set(
        """saya aku gue gua kamu anda lo lu dia kami kita mereka yang dan atau tetapi tapi dengan
        untuk dari pada kepada di ke ini itu ada tidak nggak enggak gak ga ngga tak
        bukan sudah udah belum akan sedang lagi bisa mau ingin butuh perlu harus sangat
        banget sekali kenapa mengapa bagaimana gimana siapa apa kapan mana karena sebab
        saja aja dong sih deh kok juga rasa merasa seseorang orang bicara ngobrol tolong
        bantuan minta sedikit banyak hari gini gitu rumah keluarga suami istri anak
        sedih takut sendirian tidur kesepian"""
    ),
    "fil": _set(
        """ako ko akin sa ang mga ng na ay si ni kay siya niya sila nila kami namin tayo natin ikaw
        ka mo iyo kayo po opo hindi wala walang may meron mayroon kasi pero dahil gusto
        kailangan pwede puwede paano bakit ano sino saan kailan lang din rin naman
        talaga sobra sobrang kung para ito iyon yun yung nang ba kaya dito doon tulong
        kausap makausap makipag usap malungkot pagod natatakot bahay pamilya asawa anak
        tulog hirap nag di ayoko ayaw lahat buhay trabaho pera takot nalulungkot ngayon
        niyo nyo ninyo inyo niya nila amin namin isang tao akong kong gustong kayang
        salamat tulungan makatulog umiiyak palagi"""
    ),
    "es": _set(
        """yo tu el ella nosotros ellos que de la los las un una y o pero porque con para por en es
        soy estoy esta estas eres son tengo tiene tienes hay necesito quiero puedo puede
        hablar alguien ayuda ayudenme me mi mis te se le lo su sus muy mas nada nadie
        como cuando donde quien si ya siento sola solo triste miedo casa familia esposo
        hijos dormir mucho del al favor gracias buenas buenos dias tardes noches hoy ahora
        aqui algo eso nunca tambien quisiera ayudame estamos hijo hija esposa trabajo
        dinero porfavor muchas todo"""
    ),
}

# Hindi, Tamil and Burmese in Latin letters: we cannot tell how they are spelt, so we ask.
ROMANISED = _set(
    """mujhe mujhko mera meri mere main mein hum hai hain hoon hun tha thi nahi nahin kya kyun
    kyu kaise aap tum bahut bohot koi kuch karna karo raha rahi baat madad chahiye yaar
    aur lekin ghar se ko ki ka ke nhi kuchh mujhse akela akeli neend karni chahie
    lagta lagti sakta sakti rha rhi krna zindagi
    naan enakku enaku enna ennai neenga nee illa illai vendum venum vendam romba rombo enaala
    pesanum mudiyala mudiyathu kashtama thaniya bayama thookam pesa udhavi yaaru
    eppadi inga irukku iruku irukken theriyala amma appa
    kyanaw kyawnaw kyanma kyama nga shin khamya bar lar tal deh par thar mhar loh lote
    nay ma kaung buu bu chin akuu kuunyi kunyi kyundaw kyuntaw kyontaw kyanaw ngar
    pyaw eit"""
)

# Common characters that exist in only one of the two forms of written Chinese.
SIMPLIFIED_ONLY = frozenset(
    "们这个来时对没说会为过还后让么请谁样觉间难两欢乐边问题话谢帮爱见现给经开关实应该发长动机"
    "医药业从几进种学习书写读听讲语认识记忆让钱买卖车东马鸟鱼门问闻国图园圆场块坏报担拥择据换"
    "无旧显样树档桥检业极构标归归录当径总战户护压厌厅历厉县参双变叶号叹吓吗员哑响团围圣处备复"
    "够头夹夺奋奖妇妈娱婴孙宁宝审宪宽宾对寻导寿将尔尘尝尽层届属岁岛师帅帐带帮庆库庙废张弹强忧"
    "怀态怜恋恶恼悬惊惧惨惯愤愿戏执扩扫扬抚抛护报挂挤损摆摇撑敌数断显晓晕暂术杀杂权条杨极"
    "气汉汤沟泪泽洁浅测济浓涂润涨渐温湿满灯灵灾烂烦烧热爷状犹狱独猫献环疗疯盐监盘盖确碍离"
    "秘稳穷窃竞笔笼筑简类粮紧红级线组细织终绍经结绕绝统绪续维综绿编缓缘缺网罗罚罢职联聪肤胜胆"
    "脏脑脚脱脸节苏苦药荐获营虑虽补装视觉观规订计让议讯许论设访证评诉词试诗诚详误请诸谈谋谎"
    "谓财责败账货质购贵费资赌赏赔赖赚赛赞赶趋跃践踪轮软轻较辆输边达迁过运还远违连迟适选递逻"
    "遗邮邻郁酱释针钟银铁错锁键镇阅阵阳阴阶际陆陈险随隐难页顶项须顾顿预领频颗颜额风飞饭饮饿馆"
    "骂骗骤验鱼鸡鸣麦黄齐齿龄龙龟"
)
TRADITIONAL_ONLY = (
    frozenset(
        "們這個來時對沒說會為過還後讓麼請誰樣覺間難兩歡樂邊問題話謝幫愛見現給經開關實應該發長動機"
        "醫藥業從幾進種學習書寫讀聽講語認識記憶錢買賣車東馬鳥魚門聞國圖園圓場塊壞報擔擁擇據換無舊"
        "顯樹檔橋檢極構標歸錄當徑總戰戶護壓厭廳歷厲縣參雙變葉號嘆嚇嗎員啞響團圍聖處備復夠頭夾奪奮"
        "獎婦媽娛嬰孫寧寶審憲寬賓尋導壽將爾塵嘗盡層屆屬歲島師帥帳帶慶庫廟廢張彈強憂懷態憐戀惡惱懸"
        "驚懼慘慣憤願戲執擴掃揚撫拋掛擠損擺搖撐敵數斷曉暈暫術殺雜權條楊氣漢湯溝淚澤潔淺測濟濃塗潤"
        "漲漸溫濕滿燈靈災爛煩燒熱爺狀猶獄獨貓獻環療瘋鹽監盤蓋確礙離穩窮竊競筆籠築簡類糧緊紅級線組"
        "細織終紹結繞絕統緒續維綜綠編緩緣網羅罰罷職聯聰膚勝膽臟腦腳脫臉節蘇薦獲營慮雖補裝視觀規訂"
        "計議訊許論設訪證評訴詞試詩誠詳誤諸談謀謊謂財責敗賬貨質購貴費資賭賞賠賴賺賽讚趕趨躍踐蹤輪"
        "軟輕較輛輸達遷運遠違連遲適選遞邏遺郵鄰鬱醬釋針鐘銀鐵錯鎖鍵鎮閱陣陽陰階際陸陳險隨隱頁頂項"
        "須顧頓預領頻顆顏額風飛飯飲餓館罵騙驟驗雞鳴麥黃齊齒齡龍龜妳唔嘅佢咗喺啲冇嘢"
    )
    - SIMPLIFIED_ONLY
)
# Characters that Chinese writes all the time and Japanese does not.
CHINESE_ONLY = frozenset("你妳您吗嗎吧呢啊哪很她们們么麼没这這谁怎办辦跟给让找說说")
