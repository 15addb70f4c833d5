"""A word is a keyword only when it is the whole text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.intake.keywords import Keyword, join_code, meanings


@pytest.mark.parametrize(
    ("keyword", "texts"),
    [
        (
            "stop",
            "STOP,StopAll,UNSUBSCRIBE,Cancel,END,quit,REVOKE,OPTOUT,opt-out,s.t.o.p.,ＳＴＯＰ",
        ),
        ("stop", "BERHENTI,batal,停止,退订,退訂,TIGIL,itigil,रोकें,बंद करें,PARAR,ALTO,BAJA,やめて"),
        ("stop", "Darme de baja,no más mensajes"),
        ("stop", "itigil na,wag nang mag-text"),
        ("help", "Tulong po,TULUNGAN NYO AKO"),
        ("yes", "opo,sige po"),
        ("no", "ayoko po,hindi muna"),
        ("help", "Ayúdenme,auxilio"),
        ("yes", "está bien,Sí por favor"),
        ("no", "no gracias,ahora no"),
        ("stop", "စာ မပို့ပါနဲ့တော့,ရပ္ပါ"),
        ("human", "လူနဲ့ပြော,လူနဲ့ ပြောချင်တယ်"),
        ("yes", "လုံခြုံတယ်,ဟုတ္ကဲ့"),
        ("no", "မလုံခြုံဘူး,မဟုတ်ပါဘူး"),
        ("exit", "ထြက္"),
        ("stop", "إيقاف الرسائل,الغاء الاشتراك,送らないでください,登録解除"),
        ("help", "أنقذوني,أحتاج مساعدة,助けてください"),
        ("human", "شخص حقيقي,人と話したい"),
        ("no", "غير آمن,لا شكراً,安全ではない,ダメ"),
        ("stop", "ရပ်ပါ,ရပ်,நிறுத்து,நிறுத்த,توقف,إيقاف,«Stop!» 🙏"),
        ("start", "START,unstop,YES,mula,开始,開始,စတင်,simulan,शुरू करें,再開,EMPEZAR,தொடங்கு,ابدأ"),
        ("help", "HELP,info,bantuan,TOLONG,帮助,幫助,အကူအညီ,tulong,मदद,助けて,AYUDA,உதவி,مساعدة"),
        ("exit", "EXIT,Keluar,退出,离开,離開,ထွက်,labas,निकलें,終了,SALIR,வெளியேறு,خروج"),
        ("human", "HUMAN,person,orang,人工,真人,လူ,tao,इंसान,人間,HUMANO,மனிதர்,إنسان"),
        ("yes", "yes,Y,ya,是,對,ဟုတ်ကဲ့,oo,opo,हाँ,はい,SÍ,si,ஆம்,نعم"),
        ("no", "no,N,tidak,tak,不,沒有,မဟုတ်ဘူး,hindi,नहीं,いいえ,இல்லை,لا"),
    ],
)
def test_each_language_has_the_word(keyword: str, texts: str) -> None:
    understood = {text: meanings(f"  {text}.\n") for text in texts.split(",")}

    assert [text for text, found in understood.items() if Keyword(keyword) not in found] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "9",
        "please don't stop",
        "I can't stop crying",
        "the end of the day",
        "tolong saya sedih",
        "我想停止",
        "no puedo parar",
        "stopwatch",
        "yes but no",
        "🙏",
        "\x00",
    ],
)
def test_a_sentence_with_the_word_is_a_sentence(text: str) -> None:
    assert meanings(text) == frozenset()


def test_stop_and_exit_are_never_the_same_word() -> None:
    for text in ("exit", "keluar", "退出", "salir", "labas", "خروج", "終了"):
        assert meanings(text) == {Keyword.EXIT}


def test_a_word_that_thanks_and_declines_as_often_as_it_agrees_is_no_yes() -> None:
    assert meanings("いいです") == meanings("大丈夫です") == frozenset()


def test_yes_is_an_answer_and_a_way_back_in() -> None:
    assert meanings("Yes") == {Keyword.YES, Keyword.START}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("JOIN 7KQ4", "7KQ4"),
        ("join 7kq4.", "7KQ4"),
        ("Sertai: ab-12", "AB12"),
        ("加入7KQ4", "7KQ4"),
        ("ＪＯＩＮ　７ＫＱ４", "7KQ4"),
        ("join", None),
        ("join us all", None),
        ("join tomorrow", None),
        ("join 12", None),
        ("join 1234567890123", None),
        ("please join 7kq4", None),
        ("7KQ4", None),
    ],
)
def test_a_join_code_needs_its_word(text: str, code: str | None) -> None:
    assert join_code(text) == code


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    meanings(text)
    join_code(text)
