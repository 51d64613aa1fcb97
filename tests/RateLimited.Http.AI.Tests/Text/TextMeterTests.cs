using System.Text;
using RateLimited.Http.AI.Tests.Tokens;
using RateLimited.Http.AI.Text;

namespace RateLimited.Http.AI.Tests.Text;

/// <summary>The features of a text are the same however its bytes come.</summary>
public sealed class TextMeterTests
{
    [Fact]
    public void Cut_anywhere_or_written_in_escapes_a_text_has_the_same_features()
    {
        var random = new Random(7);
        foreach (var passage in Passage.All)
        {
            var whole = passage.Counts();
            var bytes = Encoding.UTF8.GetBytes(passage.Text);
            var (cut, escaped) = (new TextMeter(), new TextMeter());
            for (var at = 0; at < bytes.Length;)
            {
                var length = Math.Min(random.Next(1, 9), bytes.Length - at);
                cut.Add(bytes.AsSpan(at, length));
                at += length;
            }

            foreach (var unit in passage.Text)
            {
                escaped.Add(unit);
            }

            for (var feature = TextFeature.Words; feature <= TextFeature.Images; feature++)
            {
                cut.Counts[feature].ShouldBe(whole[feature], $"{passage.Kind}, {feature}");
                escaped.Counts[feature].ShouldBe(whole[feature], $"{passage.Kind}, {feature}");
            }
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("one two", "Words 2")]
    [InlineData("internationalisation", "Words 1, LongLetters 15")]
    [InlineData("getWeatherOfCity", "Words 4, LongLetters 2")]
    [InlineData("HTTP", "Words 1")]
    [InlineData("1234567", "DigitGroups 3")]
    [InlineData("12.5 kg", "Words 1, DigitGroups 2, Symbols 1")]
    [InlineData("a\n  b\n\tc", "Words 3, Indents 2")]
    [InlineData("für", "Words 1, MarkedLetters 1")]
    [InlineData("привет", "Cyrillic 6")]
    [InlineData("你好，世界", "Han 5")]
    [InlineData("こんにちは", "Kana 5")]
    [InlineData("안녕", "Hangul 2")]
    [InlineData("สวัสดี", "SoutheastAsian 6")]
    [InlineData("नमस्ते", "Indic 6")]
    [InlineData("שלום مرحبا Γεια", "Greek 4, Arabic 5, Hebrew 4")]
    [InlineData("😀!", "Symbols 1, Other 1")]
    [InlineData("“a” — b…", "Words 2, Symbols 4")]
    public void Of_a_text(string text, string features)
    {
        var meter = new TextMeter();

        meter.Add(Encoding.UTF8.GetBytes(text));

        var counts = meter.Counts;
        string.Join(", ", Enum.GetValues<TextFeature>().Where(feature => counts[feature] > 0).Select(feature => $"{feature} {counts[feature]}")).ShouldBe(features);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_not_free_and_do_no_harm()
    {
        var random = new Random(9);
        for (var round = 0; round < 500; round++)
        {
            var bytes = new byte[200];
            random.NextBytes(bytes);
            var meter = new TextMeter();

            meter.Add(bytes);

            var sum = 0L;
            for (var feature = TextFeature.Words; feature <= TextFeature.Images; feature++)
            {
                meter.Counts[feature].ShouldBeGreaterThanOrEqualTo(0);
                sum += meter.Counts[feature];
            }

            sum.ShouldBeInRange(20, 600);
        }
    }

    [Fact]
    public void A_text_that_has_ended_does_not_go_on_in_the_next()
    {
        var meter = new TextMeter();
        meter.Add("inter"u8);
        meter.End();
        meter.Add("national"u8);

        meter.Counts[TextFeature.Words].ShouldBe(2);
        meter.Counts[TextFeature.LongLetters].ShouldBe(3);
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var meter = new TextMeter();
        var text = Encoding.UTF8.GetBytes(string.Concat(Passage.All.Select(static passage => passage.Text)));
        meter.Add(text);

        // A collection in the middle, of whatever other tests leave behind, shows as a few kilobytes: it does not happen each time.
        Enumerable.Range(0, 20).Min(_ => Allocated()).ShouldBe(0);

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            meter.Add(text);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
