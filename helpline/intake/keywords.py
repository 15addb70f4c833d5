"""What a whole text means when it is one of the words carriers and people use. Pure.

The word counts only when it is the whole text: "STOP" stops, "please don't stop" does not. Digits
are not here: they mean what the step that asked says (`digits.read_digit`).

Sources: STOP, START and HELP in English are Twilio's default opt-out words (and REVOKE, OPTOUT,
which US carriers add); the words of the other languages are written, awaiting a native reviewer.
"""

import re
import unicodedata
from enum import StrEnum
from functools import cache


class Keyword(StrEnum):
    """What a word asks for. EXIT closes at once and is never answered; STOP is answered once."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    EXIT = "exit"
    HUMAN = "human"
    YES = "yes"
    NO = "no"


# One line per language, in this order: en, ms/id, zh-Hans, zh-Hant, my, fil, hi, ja, es, ta, ar.
# A phrase of several words is joined by "_".
_WORDS = {
    Keyword.STOP: """
        stop stopall stop_all unsubscribe cancel end quit revoke optout opt_out
        berhenti henti hentikan batal batalkan nyahlanggan
        停止 停 退订 取消 取消订阅 结束
        停 退訂 取消訂閱 結束
        ရပ် ရပ်ပါ ရပ်ပါတော့ ရပ်ပေးပါ ရပ်တော့ ရပ်တန့် ရပ်တန့်ပါ ရပ်မယ် ရပ္ ရပ္ပါ
        စာမပို့နဲ့ စာမပို့နဲ့တော့ စာမပို့ပါနဲ့ စာမပို့ပါနဲ့တော့ စာ_မပို့နဲ့ စာ_မပို့နဲ့တော့
        စာ_မပို့ပါနဲ့ စာ_မပို့ပါနဲ့တော့
        tigil itigil itigil_na ihinto hinto kanselahin
        huwag_nang_mag_text huwag_na_mag_text wag_nang_mag_text wag_na_mag_text
        itigil_ang_mga_mensahe itigil_ang_mga_text
        रोकें रोको रोक_दो रुकें रुको बंद बन्द बंद_करें बंद_करो बंद_कर_दो roko band_karo band_kar_do
        संदेश_बंद संदेश_बंद_करें मैसेज_बंद_करें sms_बंद_करें
        停止 中止 やめる やめて やめてください 止めて とめて 解除 ストップ キャンセル
        配信停止 登録解除 退会 送らないで 送らないでください もう送らないで もう送らないでください
        parar pare paren alto baja cancelar detener para no_mas_mensajes
        darme_de_baja dar_de_baja dame_de_baja denme_de_baja ya_no_me_escriban
        நிறுத்து நிறுத்த நிறுத்தவும் நிறுத்துங்கள் நிறுத்துங்க niruthu niruthunga
        செய்தி_வேண்டாம் செய்திகள்_வேண்டாம் செய்திகளை_நிறுத்து sms_வேண்டாம்
        توقف توقفوا إيقاف ايقاف أوقف اوقف أوقفوا اوقفوا وقف قف إلغاء الغاء كفى إيقاف_الرسائل
        ايقاف_الرسائل أوقفوا_الرسائل اوقفوا_الرسائل إلغاء_الاشتراك الغاء_الاشتراك""",
    Keyword.START: """
        start unstop yes resume subscribe
        mula mulai mulakan sambung
        开始 恢复 订阅
        開始 恢復 訂閱
        စ စပါ စမယ် စတင် စတင်ပါ ပြန်စ ပြန်စပါ ပြန်စမယ်
        simulan simula magsimula umpisahan ituloy ipagpatuloy
        शुरू शुरु शुरू_करें शुरू_करो शुरु_करें शुरु_करो चालू_करें चालू_करो shuru shuru_karo
        開始 再開 スタート 始める はじめる
        empezar iniciar comenzar inicio alta reanudar
        தொடங்கு தொடங்கவும் தொடங்குங்கள் ஆரம்பி ஆரம்பிக்கவும் thodangu
        ابدأ ابدا بدء بدأ البدء استئناف""",
    Keyword.HELP: """
        help help_me info sos
        bantuan tolong tolong_saya bantu info
        帮助 帮帮我 帮我 救命 求助 信息
        幫助 幫幫我 幫我 求助
        အကူအညီ အကူအညီပေးပါ အကူအညီလိုတယ် ကူညီပါ ကူညီပါဦး ကူညီပေးပါ ကယ်ပါ ကယ်ပါဦး
        tulong tulong_po patulong patulong_po tulungan_mo_ako tulungan_nyo_ako tulungan_niyo_ako
        tulungan_ninyo_ako kailangan_ko_ng_tulong saklolo impormasyon
        मदद मदद_करो मदद_करें मदद_कीजिए मेरी_मदद_करो मेरी_मदद_करें सहायता बचाओ मुझे_बचाओ बचा_लो madad
        madad_karo meri_madad_karo bachao mujhe_bachao
        ヘルプ 助けて 助けてください たすけて たすけてください 助け 情報 使い方
        ayuda ayúdame ayúdenme ayuda_por_favor necesito_ayuda información socorro auxilio
        உதவி உதவுங்கள் உதவுங்க உதவி_வேண்டும் உதவி_செய்யுங்கள் காப்பாற்று காப்பாற்றுங்கள் காப்பாத்துங்க
        udhavi uthavi udhavi_venum kaapathunga
        مساعدة مساعده المساعدة ساعدني ساعديني ساعدوني أريد_مساعدة اريد_مساعدة أحتاج_مساعدة
        احتاج_مساعدة محتاج_مساعدة محتاجة_مساعدة النجدة نجدة أنقذوني انقذوني أنجدوني انجدوني الحقوني
        معلومات""",
    Keyword.EXIT: """
        exit
        keluar
        退出 离开
        離開
        ထွက် ထွက်မယ် ထွက်ပါ ထွက်ရန် ထြက္ ထြက္မယ္
        labas lumabas
        निकलें निकलो बाहर_निकलें बाहर_निकलो बाहर_जाएं बाहर_जाएँ
        終了 退出 出口 閉じる
        salir salida
        வெளியேறு வெளியேறவும் வெளியேறுங்கள் veliyeru
        خروج الخروج أخرج اخرج مغادرة""",
    Keyword.HUMAN: """
        human person agent operator a_person real_person
        orang manusia orang_sebenar operator
        人工 真人 人
        真人客服
        လူ လူသား လူနဲ့ပြော လူနဲ့_ပြော လူနဲ့ပြောမယ် လူနဲ့_ပြောမယ် လူနဲ့ပြောချင်တယ် လူနဲ့_ပြောချင်တယ်
        လူနဲ့ပြောချင်ပါတယ်
        tao totoong_tao tunay_na_tao isang_tao kausap_na_tao gusto_ko_ng_kausap
        इंसान इन्सान इंसान_से_बात इंसान_से_बात_करनी_है किसी_इंसान_से_बात व्यक्ति आदमी insaan insan
        人間 人 ひと 人と話したい 有人 スタッフ 相談員 オペレーター オペレータ 担当 担当者
        humano humana ser_humano persona una_persona persona_real una_persona_real agente operador
        operadora
        மனிதர் மனிதன் நபர் மனிதருடன்_பேச மனிதரிடம்_பேச manithar manidhar
        إنسان انسان شخص موظف بشر شخص_حقيقي إنسان_حقيقي انسان_حقيقي""",
    Keyword.YES: """
        yes y yeah yep ok okay sure
        ya ye betul boleh
        是 是的 好 好的 对 可以 行
        對 可
        ဟုတ် ဟုတ်ကဲ့ ဟုတ်ကဲ့ပါ ဟုတ်တယ် ဟုတ်ပါတယ် အင်း အိုကေ ရတယ် ရပါတယ် လုံခြုံတယ် လုံခြုံပါတယ်
        ဟုတ္ ဟုတ္ကဲ့ ရတယ္ ရပါတယ္ hote_kae
        oo opo oo_po oo_naman sige sige_po ok_po okay_po yes_po cge
        हाँ हां हा जी जी_हाँ जी_हां हाँ_जी हां_जी ठीक ठीक_है haan haa han ji haan_ji theek_hai thik_hai
        はい うん ええ いいよ そう そうです
        sí sip claro vale dale bueno de_acuerdo está_bien correcto sí_por_favor sí_claro
        ஆம் ஆமா ஆமாம் ஆமாங்க சரி சரிங்க aam aama aamam sari
        نعم ايوه أيوه ايوا أيوا اه آه إي اي أجل اجل بلى تمام موافق موافقة أكيد اكيد طيب ماشي""",
    Keyword.NO: """
        no n nope nah not_now
        tidak tak tak_nak bukan nggak gak
        不 不是 不要 否 没有 不行 不可以
        沒有 唔係
        မဟုတ် မဟုတ်ဘူး မဟုတ်ပါဘူး ဟင့်အင်း မရဘူး မရပါဘူး မလုံခြုံဘူး မလုံခြုံပါဘူး
        မဟုတ္ မဟုတ္ဘူး
        hindi hindi_po di_po ayaw ayaw_ko ayoko ayoko_po huwag wag no_po hindi_muna
        नहीं नही नहि ना न जी_नहीं nahi nahin nhi nahi_ji
        いいえ いえ いや ううん だめ ダメ 駄目 だめです ダメです ちがう 違う 違います 無理 むり
        安全ではない 安全じゃない
        no nop no_gracias ahora_no no_quiero
        இல்லை இல்ல இல்லங்க வேண்டாம் வேணாம் illai illa vendam venaam
        لا كلا لأ لاء لا_شكرا لا_شكرًا لا_شكراً ليس_الآن ليس_الان مو_آمن مش_آمن غير_آمن غير_امن""",
}
# Words that mean nothing but "no more messages", in the order above. The other STOP words ("alto",
# "やめて", "batal") are also said to a person, so in a talk with one they are asked about first.
_FIRM = """
    stop stopall stop_all unsubscribe optout opt_out
    berhenti nyahlanggan
    退订 取消订阅 停止
    退訂 取消訂閱
    စာမပို့နဲ့တော့ စာမပို့ပါနဲ့တော့ စာ_မပို့နဲ့တော့ စာ_မပို့ပါနဲ့တော့
    संदेश_बंद संदेश_बंद_करें मैसेज_बंद_करें sms_बंद_करें
    配信停止 登録解除 退会 送らないで 送らないでください もう送らないで もう送らないでください
    إيقاف_الرسائل ايقاف_الرسائل أوقفوا_الرسائل اوقفوا_الرسائل إلغاء_الاشتراك الغاء_الاشتراك
    செய்தி_வேண்டாம் செய்திகள்_வேண்டாம் செய்திகளை_நிறுத்து sms_வேண்டாம்
    darme_de_baja dar_de_baja dame_de_baja denme_de_baja no_mas_mensajes
    itigil_ang_mga_mensahe itigil_ang_mga_text"""
# In every language the code itself is Latin letters and digits.
_JOIN = """join sertai ikut gabung 加入 参加 參加 ပါဝင် sumali sali जुड़ें जोड़ें जोड़ो शामिल 参加する unirse
    unirme unir சேர் சேரவும் இணை இணைக்க انضم انضمام"""


def meanings(text: str) -> frozenset[Keyword]:
    """What the text asks for, as a whole; nothing for any other text.

    YES is both an answer and, to carriers, a way back in after STOP, so a text can mean two things:
    the caller asks for the one that its step can use. HELP is a cry for help as much as a keyword:
    it is answered and never ends a conversation. "hindi" is no in Filipino, and a language.

    >>> sorted(meanings(" Stop! ")), sorted(meanings("退订")), sorted(meanings("don't stop"))
    ([<Keyword.STOP: 'stop'>], [<Keyword.STOP: 'stop'>], [])
    >>> sorted(meanings("YES"))
    [<Keyword.START: 'start'>, <Keyword.YES: 'yes'>]
    """
    return _table().get(_folded(text), frozenset())


def is_firm_stop(text: str) -> bool:
    """Whether the text can mean nothing but "no more messages", even in the middle of a talk.

    >>> is_firm_stop("STOP"), is_firm_stop("退订"), is_firm_stop("batal"), is_firm_stop("end")
    (True, True, False, False)
    """
    return _folded(text) in _firm()


def join_code(text: str) -> str | None:
    """The code after JOIN, in capitals, when the text is nothing else; None otherwise.

    A code is 3 to 12 Latin letters and digits; a code without the word is not taken for one.

    >>> join_code("join  ab-12"), join_code("加入 7KQ4"), join_code("join us all")
    ('AB12', '7KQ4', None)
    """
    folded = unicodedata.normalize("NFKC", text).casefold().strip(" \t\r\n.!\"'#:。！「」")
    found = _join_pattern().fullmatch(folded)
    code = found[1].replace("-", "").upper() if found else ""
    return code if 3 <= len(code) <= 12 and any(char.isdigit() for char in code) else None


@cache
def _join_pattern() -> re.Pattern[str]:
    words = sorted(
        {unicodedata.normalize("NFKC", word) for word in _JOIN.split()}, key=len, reverse=True
    )
    return re.compile(rf"(?:{'|'.join(words)})[\s:#]*([a-z0-9]+(?:-[a-z0-9]+)*)", re.ASCII)


@cache
def _firm() -> frozenset[str]:
    return frozenset(_folded(word.replace("_", " ")) for word in _FIRM.split())


@cache
def _table() -> dict[str, frozenset[Keyword]]:
    table: dict[str, frozenset[Keyword]] = {}
    for keyword, words in _WORDS.items():
        for word in words.split():
            folded = _folded(word.replace("_", " "))
            table[folded] = table.get(folded, frozenset()) | {keyword}
    return table


def _folded(text: str) -> str:
    """Letters and their marks in lower case, one space between words; everything else is gone.

    >>> _folded("  Óut.  NOW!! 🙏")
    'out now'
    """
    spread = unicodedata.normalize("NFKD", text).casefold()
    kept = [char if unicodedata.category(char)[0] in "LMN" else _gap(char) for char in spread]
    bare = "".join(char for char in kept if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFKC", " ".join(bare.split()))


def _gap(char: str) -> str:
    """Invisible signs, apostrophes and full stops inside a word leave no gap; the rest do."""
    return "" if char in "'’.・" or unicodedata.category(char) == "Cf" else " "
