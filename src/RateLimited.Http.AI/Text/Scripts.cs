namespace RateLimited.Http.AI.Text;

/// <summary>Which feature a character beyond ASCII belongs to, by the blocks of Unicode. Total.</summary>
internal static class Scripts
{
    public static TextFeature Of(int character) => character switch
    {
        < 0xC0 or (>= 0x2000 and < 0x200C) or (>= 0x200E and < 0x2070) or 0xD7 or 0xF7 => TextFeature.Symbols,
        < 0x250 or (>= 0x300 and < 0x370) or (>= 0x1E00 and < 0x1F00) => TextFeature.MarkedLetters,
        (>= 0x370 and < 0x400) or (>= 0x1F00 and < 0x2000) => TextFeature.Greek,
        >= 0x400 and < 0x530 => TextFeature.Cyrillic,
        >= 0x590 and < 0x600 => TextFeature.Hebrew,
        >= 0x600 and < 0x780 => TextFeature.Arabic,
        >= 0x900 and < 0xE00 => TextFeature.Indic,
        (>= 0xE00 and < 0x10A0) or (>= 0x1780 and < 0x1800) => TextFeature.SoutheastAsian,
        (>= 0x1100 and < 0x1200) or (>= 0xAC00 and < 0xD7B0) => TextFeature.Hangul,
        >= 0x3040 and < 0x3100 => TextFeature.Kana,
        (>= 0x3000 and < 0xA000) or (>= 0xF900 and < 0xFB00) or (>= 0xFF00 and < 0xFFF0) or (>= 0x20000 and < 0x40000) => TextFeature.Han,
        _ => TextFeature.Other,
    };
}
