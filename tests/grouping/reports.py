"""What testers could write of a shop's screens, by the problem that each comment is about.

Several problems share a screen, and several comments use the same words for different problems:
what is alike without being the same is what thresholds are chosen on.
"""

REPORTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("cart", "total is zero"): (
        "The total says 0.00 although there are two items in the cart",
        "Total shows 0.00 even with two items in my cart",
        "cart total is 0.00 with items in it",
        "Two items in the cart, but the total says 0.00",
        "Although there are two items in the cart the total says 0.00 😡",
    ),
    ("cart", "checkout is grey"): (
        "The checkout button on the cart page stays grey",
        "Checkout button stays grey on the cart page!!!",
        "cart page: check out button is greyed out",
    ),
    ("cart", "back is grey"): (
        "The back button on the cart page stays grey",
        "Back button stays grey on the cart page",
    ),
    ("cart", "voucher is grey"): ("The voucher field on the cart page stays grey",),
    ("cart", "voucher is cut off"): (
        "Voucher field on the cart page is cut off",
        "The voucher field is cut off on the cart page",
    ),
    ("cart", "total in Chinese"): (
        "购物车里的总价显示为零",
        "购物车总价显示为零",
        "购物车里总价变成零了",
        "购物车里的总价显示为零!!",
    ),
    ("cart", "coupon in Chinese"): ("购物车里的优惠券无法删除", "购物车里优惠券没法删除"),
    ("cart", "payment in Thai"): (
        "ปุ่มชำระเงินในตะกร้าสินค้ากดไม่ได้",
        "กดปุ่มชำระเงินในตะกร้าสินค้าไม่ได้",
    ),
    ("cart", "payment in Russian"): (
        "Кнопка оплаты в корзине остаётся серой",
        "Кнопка оплаты в корзине серая",
        "Кнопка оплаты остаётся серой в корзине",
    ),
    ("cart", "payment in Korean"): (
        "장바구니 결제 버튼이 눌리지 않아요",
        "장바구니에서 결제 버튼이 눌리지 않습니다",
    ),
    ("login", "last letter"): (
        "Password field hides the last letter when I sign in",
        "When I sign in the password field hides the last letter",
        "sign in: last letter of password hidden",
    ),
    ("login", "keyboard"): (
        "Keyboard covers the password field when I sign in",
        "When I sign in, the keyboard covers the password field",
        "keyboard is covering the password field on sign in",
    ),
    ("login", "grey button"): ("The sign in button on the welcome page stays grey",),
    ("profile", "next is cut off"): (
        "Der Knopf „Weiter“ ist auf dem iPad halb abgeschnitten",
        "Knopf Weiter auf dem iPad abgeschnitten",
        "Weiter-Knopf halb abgeschnitten (iPad)",
    ),
    ("profile", "back is cut off"): ("Der Knopf „Zurück“ ist auf dem iPad halb abgeschnitten",),
    ("scanner", "small text"): (
        "スキャン画面の文字が小さすぎて読めません",
        "スキャン画面の文字が小さくて読めない",
        "スキャン画面の文字が小さすぎる",
    ),
    ("scanner", "dead button"): ("スキャン画面のボタンが押せません",),
    ("catalogue", "price side"): (
        "السعر يظهر على الجهة الخطأ",
        "السعر يظهر على الجهة الخاطئة من الشاشة",
    ),
    ("search", "invisible"): (
        "Dark mode: the search field is black on black",
        "In dark mode the search field is black on black",
        "search field in dark mode is black text on black",
    ),
    ("search", "no results"): (
        "Search field finds nothing when I type watering can",
        "typing watering can in the search field finds no results",
    ),
    ("order", "delivered"): (
        "Order 1042 is shown as delivered, but it's still on its way",
        "Order 1042 is still on its way but shown as delivered",
        "my order 1039 shows as delivered though it is on its way",
    ),
    ("order", "date"): ("Order 1042 is shown with yesterday's date",),
}
"""By screen and problem."""

TOO_SHORT = (
    "", "👍", "!!!", "broken", "It crashes", "Button doesn't work", "Fix the app please", "1 2",
    "does not work at all, please fix this bug", "same problem again", "ok ok ok",
    "Here it is again after the update", "App funktioniert nicht mehr",
    "Ça ne marche pas du tout", "no funciona la aplicación",
    "动不了", "押せない", "กดไม่ได้",
)  # fmt: skip
