"""Apple's model identifiers and the names that people know the devices by."""

_NAMES = """
iPhone10,1 iPhone 8|iPhone10,2 iPhone 8 Plus|iPhone10,3 iPhone X|iPhone10,4 iPhone 8
iPhone10,5 iPhone 8 Plus|iPhone10,6 iPhone X|iPhone11,2 iPhone XS|iPhone11,4 iPhone XS Max
iPhone11,6 iPhone XS Max|iPhone11,8 iPhone XR|iPhone12,1 iPhone 11|iPhone12,3 iPhone 11 Pro
iPhone12,5 iPhone 11 Pro Max|iPhone12,8 iPhone SE (2nd generation)|iPhone13,1 iPhone 12 mini
iPhone13,2 iPhone 12|iPhone13,3 iPhone 12 Pro|iPhone13,4 iPhone 12 Pro Max
iPhone14,2 iPhone 13 Pro|iPhone14,3 iPhone 13 Pro Max|iPhone14,4 iPhone 13 mini
iPhone14,5 iPhone 13|iPhone14,6 iPhone SE (3rd generation)|iPhone14,7 iPhone 14
iPhone14,8 iPhone 14 Plus|iPhone15,2 iPhone 14 Pro|iPhone15,3 iPhone 14 Pro Max
iPhone15,4 iPhone 15|iPhone15,5 iPhone 15 Plus|iPhone16,1 iPhone 15 Pro
iPhone16,2 iPhone 15 Pro Max|iPhone17,1 iPhone 16 Pro|iPhone17,2 iPhone 16 Pro Max
iPhone17,3 iPhone 16|iPhone17,4 iPhone 16 Plus|iPhone17,5 iPhone 16e|iPhone18,1 iPhone 17 Pro
iPhone18,2 iPhone 17 Pro Max|iPhone18,3 iPhone 17|iPhone18,4 iPhone Air
iPhone6,1 iPhone 5s|iPhone6,2 iPhone 5s|iPhone7,1 iPhone 6 Plus|iPhone7,2 iPhone 6
iPhone8,1 iPhone 6s|iPhone8,2 iPhone 6s Plus|iPhone8,4 iPhone SE|iPhone9,1 iPhone 7
iPhone9,2 iPhone 7 Plus|iPhone9,3 iPhone 7|iPhone9,4 iPhone 7 Plus
iPod7,1 iPod touch (6th generation)|iPod9,1 iPod touch (7th generation)
iPad6,11 iPad (5th generation)|iPad6,12 iPad (5th generation)|iPad7,5 iPad (6th generation)
iPad7,6 iPad (6th generation)|iPad7,11 iPad (7th generation)|iPad7,12 iPad (7th generation)
iPad11,6 iPad (8th generation)|iPad11,7 iPad (8th generation)|iPad12,1 iPad (9th generation)
iPad12,2 iPad (9th generation)|iPad13,18 iPad (10th generation)|iPad13,19 iPad (10th generation)
iPad15,7 iPad (A16)|iPad15,8 iPad (A16)
iPad4,1 iPad Air|iPad4,2 iPad Air|iPad5,3 iPad Air 2|iPad5,4 iPad Air 2
iPad11,3 iPad Air (3rd generation)|iPad11,4 iPad Air (3rd generation)
iPad13,1 iPad Air (4th generation)|iPad13,2 iPad Air (4th generation)
iPad13,16 iPad Air (5th generation)|iPad13,17 iPad Air (5th generation)
iPad14,8 iPad Air 11-inch (M2)|iPad14,9 iPad Air 11-inch (M2)
iPad14,10 iPad Air 13-inch (M2)|iPad14,11 iPad Air 13-inch (M2)
iPad15,3 iPad Air 11-inch (M3)|iPad15,4 iPad Air 11-inch (M3)
iPad15,5 iPad Air 13-inch (M3)|iPad15,6 iPad Air 13-inch (M3)
iPad5,1 iPad mini 4|iPad5,2 iPad mini 4|iPad11,1 iPad mini (5th generation)
iPad11,2 iPad mini (5th generation)|iPad14,1 iPad mini (6th generation)
iPad14,2 iPad mini (6th generation)|iPad16,1 iPad mini (A17 Pro)|iPad16,2 iPad mini (A17 Pro)
iPad6,3 iPad Pro (9.7-inch)|iPad6,4 iPad Pro (9.7-inch)|iPad6,7 iPad Pro (12.9-inch)
iPad6,8 iPad Pro (12.9-inch)|iPad7,1 iPad Pro (12.9-inch, 2nd generation)
iPad7,2 iPad Pro (12.9-inch, 2nd generation)|iPad7,3 iPad Pro (10.5-inch)
iPad7,4 iPad Pro (10.5-inch)|iPad8,1 iPad Pro (11-inch)|iPad8,2 iPad Pro (11-inch)
iPad8,3 iPad Pro (11-inch)|iPad8,4 iPad Pro (11-inch)
iPad8,5 iPad Pro (12.9-inch, 3rd generation)|iPad8,6 iPad Pro (12.9-inch, 3rd generation)
iPad8,7 iPad Pro (12.9-inch, 3rd generation)|iPad8,8 iPad Pro (12.9-inch, 3rd generation)
iPad8,9 iPad Pro (11-inch, 2nd generation)|iPad8,10 iPad Pro (11-inch, 2nd generation)
iPad8,11 iPad Pro (12.9-inch, 4th generation)|iPad8,12 iPad Pro (12.9-inch, 4th generation)
iPad13,4 iPad Pro (11-inch, 3rd generation)|iPad13,5 iPad Pro (11-inch, 3rd generation)
iPad13,6 iPad Pro (11-inch, 3rd generation)|iPad13,7 iPad Pro (11-inch, 3rd generation)
iPad13,8 iPad Pro (12.9-inch, 5th generation)|iPad13,9 iPad Pro (12.9-inch, 5th generation)
iPad13,10 iPad Pro (12.9-inch, 5th generation)|iPad13,11 iPad Pro (12.9-inch, 5th generation)
iPad14,3 iPad Pro (11-inch, 4th generation)|iPad14,4 iPad Pro (11-inch, 4th generation)
iPad14,5 iPad Pro (12.9-inch, 6th generation)|iPad14,6 iPad Pro (12.9-inch, 6th generation)
iPad16,3 iPad Pro 11-inch (M4)|iPad16,4 iPad Pro 11-inch (M4)
iPad16,5 iPad Pro 13-inch (M4)|iPad16,6 iPad Pro 13-inch (M4)
Watch4,1 Apple Watch Series 4 (40 mm)|Watch4,2 Apple Watch Series 4 (44 mm)
Watch4,3 Apple Watch Series 4 (40 mm)|Watch4,4 Apple Watch Series 4 (44 mm)
Watch5,1 Apple Watch Series 5 (40 mm)|Watch5,2 Apple Watch Series 5 (44 mm)
Watch5,3 Apple Watch Series 5 (40 mm)|Watch5,4 Apple Watch Series 5 (44 mm)
Watch5,9 Apple Watch SE (40 mm)|Watch5,10 Apple Watch SE (44 mm)
Watch5,11 Apple Watch SE (40 mm)|Watch5,12 Apple Watch SE (44 mm)
Watch6,1 Apple Watch Series 6 (40 mm)|Watch6,2 Apple Watch Series 6 (44 mm)
Watch6,3 Apple Watch Series 6 (40 mm)|Watch6,4 Apple Watch Series 6 (44 mm)
Watch6,6 Apple Watch Series 7 (41 mm)|Watch6,7 Apple Watch Series 7 (45 mm)
Watch6,8 Apple Watch Series 7 (41 mm)|Watch6,9 Apple Watch Series 7 (45 mm)
Watch6,10 Apple Watch SE (2nd generation, 40 mm)|Watch6,11 Apple Watch SE (2nd generation, 44 mm)
Watch6,12 Apple Watch SE (2nd generation, 40 mm)|Watch6,13 Apple Watch SE (2nd generation, 44 mm)
Watch6,14 Apple Watch Series 8 (41 mm)|Watch6,15 Apple Watch Series 8 (45 mm)
Watch6,16 Apple Watch Series 8 (41 mm)|Watch6,17 Apple Watch Series 8 (45 mm)
Watch6,18 Apple Watch Ultra|Watch7,1 Apple Watch Series 9 (41 mm)
Watch7,2 Apple Watch Series 9 (45 mm)|Watch7,3 Apple Watch Series 9 (41 mm)
Watch7,4 Apple Watch Series 9 (45 mm)|Watch7,5 Apple Watch Ultra 2
Watch7,8 Apple Watch Series 10 (42 mm)|Watch7,9 Apple Watch Series 10 (46 mm)
Watch7,10 Apple Watch Series 10 (42 mm)|Watch7,11 Apple Watch Series 10 (46 mm)
AppleTV5,3 Apple TV HD|AppleTV6,2 Apple TV 4K|AppleTV11,1 Apple TV 4K (2nd generation)
AppleTV14,1 Apple TV 4K (3rd generation)|RealityDevice14,1 Apple Vision Pro
MacBookAir10,1 MacBook Air (M1)|MacBookPro17,1 MacBook Pro 13-inch (M1)
MacBookPro18,1 MacBook Pro 16-inch (2021)|MacBookPro18,2 MacBook Pro 16-inch (2021)
MacBookPro18,3 MacBook Pro 14-inch (2021)|MacBookPro18,4 MacBook Pro 14-inch (2021)
Macmini9,1 Mac mini (M1)|iMac21,1 iMac 24-inch (M1)|iMac21,2 iMac 24-inch (M1)
Mac13,1 Mac Studio (M1 Max)|Mac13,2 Mac Studio (M1 Ultra)|Mac14,2 MacBook Air (M2)
Mac14,3 Mac mini (M2)|Mac14,5 MacBook Pro 14-inch (M2 Max)|Mac14,6 MacBook Pro 16-inch (M2 Max)
Mac14,7 MacBook Pro 13-inch (M2)|Mac14,8 Mac Pro (M2 Ultra)|Mac14,9 MacBook Pro 14-inch (M2 Pro)
Mac14,10 MacBook Pro 16-inch (M2 Pro)|Mac14,12 Mac mini (M2 Pro)|Mac14,13 Mac Studio (M2 Max)
Mac14,14 Mac Studio (M2 Ultra)|Mac14,15 MacBook Air 15-inch (M2)|Mac15,3 MacBook Pro 14-inch (M3)
Mac15,4 iMac 24-inch (M3)|Mac15,5 iMac 24-inch (M3)|Mac15,6 MacBook Pro 14-inch (M3 Pro)
Mac15,7 MacBook Pro 16-inch (M3 Pro)|Mac15,8 MacBook Pro 14-inch (M3 Max)
Mac15,9 MacBook Pro 16-inch (M3 Max)|Mac15,10 MacBook Pro 14-inch (M3 Max)
Mac15,11 MacBook Pro 16-inch (M3 Max)|Mac15,12 MacBook Air 13-inch (M3)
Mac15,13 MacBook Air 15-inch (M3)|Mac15,14 Mac Studio (M3 Ultra)|Mac16,1 MacBook Pro 14-inch (M4)
Mac16,2 iMac 24-inch (M4)|Mac16,3 iMac 24-inch (M4)|Mac16,5 MacBook Pro 16-inch (M4 Max)
Mac16,6 MacBook Pro 14-inch (M4 Max)|Mac16,7 MacBook Pro 16-inch (M4 Pro)
Mac16,8 MacBook Pro 14-inch (M4 Pro)|Mac16,9 Mac Studio (M4 Max)|Mac16,10 Mac mini (M4)
Mac16,11 Mac mini (M4 Pro)|Mac16,12 MacBook Air 13-inch (M4)|Mac16,13 MacBook Air 15-inch (M4)
x86_64 Simulator|i386 Simulator|arm64 Simulator
"""
"""As Apple's own device lists and its tools have them; the ones left out we are not sure of."""

_BY_MODEL = {
    model: name
    for entry in _NAMES.replace("\n", "|").split("|")
    if entry
    for model, _, name in [entry.partition(" ")]
}


def device_name(model: str) -> str:
    """What people call the device: `iPhone 16 Pro` for `iPhone17,1` (or `iPhone17_1`).

    A model that we don't know is answered as it is; a simulator reports its processor.
    """
    if model in _BY_MODEL:
        return _BY_MODEL[model]
    return _BY_MODEL.get(model.replace("_", ","), model)
