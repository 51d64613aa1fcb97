using System.Text;
using RateLimited.Http.AI.Requests;
using RateLimited.Http.AI.Tests.Audio;
using RateLimited.Http.AI.Text;

namespace RateLimited.Http.AI.Tests.Requests;

/// <summary>Of a form with a recording the scanner finds the model, the prompt and the recording's length, however the bytes are cut.</summary>
public sealed class FormScannerTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(4_096)]
    [InlineData(1_000_000)]
    public async Task A_form_is_read_in_pieces_of_any_size(int size)
    {
        using var form = new MultipartFormDataContent("--a boundary--")
        {
            { new StringContent("whisper-1"), "model" },
            { new ByteArrayContent([.. Recordings.Wav(1_500, rate: 8_000), .. "\r\n--\r\n----a bound"u8]), "file", "speech.wav" },
            { new StringContent("names: Ada, Grace"), "prompt" },
            { new StringContent("3"), "n" },
            { new StringContent("ignored"), "language" },
        };
        var (prompt, meter) = (new Prompt(), new TextMeter());
        using var scanner = FormScanner.For(form, prompt, meter).ShouldNotBeNull();

        foreach (var piece in (await form.ReadAsByteArrayAsync(Ended)).Chunk(size))
        {
            await scanner.WriteAsync(piece, Ended);
        }

        scanner.Complete();
        (prompt.Model, prompt.AudioSeconds, prompt.Choices, prompt.IsRead).ShouldBe(("whisper-1", 1.5m, 3, true));
        meter.Counts[TextFeature.Words].ShouldBe(3);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("nonsense")]
    public void What_is_no_form_is_not_read_as_one(string type)
    {
        using var content = new ByteArrayContent([]);
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        FormScanner.For(content, new Prompt(), new TextMeter()).ShouldBeNull();
    }

    [Fact]
    public void Whatever_is_in_a_form_does_no_harm()
    {
        var random = new Random(13);
        const string Grammar = "\r\n-bcontent-disposition: form-data; name=\"model\"file";
        for (var round = 0; round < 2_000; round++)
        {
            using var content = new ByteArrayContent([]);
            content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
            var text = new StringBuilder("--b\r\n");
            for (var i = random.Next(300); i > 0; i--)
            {
                text.Append(random.Next(8) switch { 0 => "\r\n--b", 1 => "\r\n\r\n", 2 => "; name=\"file\"", 3 => "; name=\"model\"\r\n", _ => Grammar[random.Next(Grammar.Length)].ToString() });
            }

            var prompt = new Prompt();
            using var scanner = FormScanner.For(content, prompt, new TextMeter())!;
            scanner.Write(Encoding.ASCII.GetBytes(text.ToString()));
            scanner.Complete();

            prompt.Model.Length.ShouldBeLessThanOrEqualTo(64);
        }
    }
}
