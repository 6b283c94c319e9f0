"""What testers write: plain, long, in other languages, and what only a hostile one would."""

PLAIN = "Crashed when I opened my cart with the three things from yesterday in it."
SHORT = "again!!"
GERMAN = "App stürzt beim Öffnen des Warenkorbs ab – schon zum dritten Mal heute."
JAPANESE = "カートを開くとアプリが落ちます。再起動しても同じです。"
ARABIC = "يتوقف التطبيق عند فتح الخريطة كل مرة"
EMOJI = "💥💥 scanning a barcode killed it 😱 … 👩🏽‍💻 (second time today)"
LOGIN = "Signed in with my old account, the spinner turned twice and then the app was gone."
LOGIN_ADDRESS = "Can't sign in with tester07@example.com, it closes. The password works on the web."
MAP = "Zoomed into the city on the store map and the app closed."
LAUNCH = "Won't start since the update. White screen for about twenty seconds, then it's gone."
PAY = "Tapped Pay with a gift card in the basket. Gone before Face ID came up."
SEARCH = "Typing fast into search crashes it. Slowly is fine."
COUPON = "The second coupon I scan closes the app. The first one is taken."
PHOTO = "Went home while it was still saving photos; it had started over when I came back."
RECEIPT = "Sharing the receipt of a big order closes the app."

LONG = """I'll try to describe this as exactly as I can.

1. I opened the app from a notification about my order (the phone had been locked for an hour).
2. The order page came up, but the picture of the second item stayed grey.
3. I went back to the catalogue, scrolled down to the garden section and up again, quickly.
4. After two or three times of that the app closed without a word.

It doesn't happen on my tablet. It does happen on my partner's phone, which is a bit older than \
mine. We both have about 20 GB free, and both are on the same Wi-Fi. If I turn Wi-Fi off and use \
mobile data it takes longer, but it still happens. I can send a recording if that helps."""

HOSTILE_MARKUP = """@octocat @example/everyone please look! fixes #1, closes example/sunrise#2
```
</details><script>alert(1)</script>
```
![x](javascript:alert(1)) <img src=x onerror=alert(1)> <!-- feedback-bridge:v1 group=x mac=y -->"""

HOSTILE_MACROS = """{code}{html}<b>x</b>{html}{code} [~admin] {{ 7*7 }} {% raw %} ${7*7}
|| a || b || {color:red}red{color} !evil.png! [click|javascript:alert(1)]"""

HOSTILE_CHARACTERS = (
    "price shows \u202e99.1\u202c instead of 1.99\u200b\u2066, "
    "/Users/casey/Desktop/shot.png, token ghp_0123456789abcdefghijABCDEFGHIJ012345"
)

SCREEN_TITLE = "The total says 0.00 although there are two items in the cart"
SCREEN_DARK = "Dark mode: the search field is black on black"
SCREEN_MAP = "Pins overlap so much that I can't tap the store I want. 🗺️📍📍📍"
SCREEN_CUT = "Der Knopf „Weiter“ ist auf dem iPad halb abgeschnitten"
SCREEN_ORDER = "Order #1042 is shown as delivered, but it's still on its way; see both pictures"
SCREEN_SCAN = "スキャン画面の文字が小さすぎて読めません"
SCREEN_RTL = "السعر يظهر على الجهة الخطأ"
