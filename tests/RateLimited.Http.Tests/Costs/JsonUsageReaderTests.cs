using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using RateLimited.Http.Costs;
using RateLimited.Http.Tests.Measuring;

namespace RateLimited.Http.Tests.Costs;

/// <summary>Usage is read from bodies in every form that APIs send, cut anywhere, compressed or not.</summary>
public sealed class JsonUsageReaderTests
{
    private const string Total = "usage.total";

    private static readonly UsagePaths Paths = new(Total, "message.usage.input");

    private static readonly string[] Codings = ["", "gzip", "x-gzip", "deflate", "br", "GZIP"];

    [Fact]
    public void In_every_form_coding_and_cut_the_last_value_is_found()
    {
        for (var seed = 0; seed < 600; seed++)
        {
            var draws = new JsonDraws(seed);
            var coding = Codings[draws.Next(Codings.Length)];
            var (type, body) = draws.Next(4) switch
            {
                0 => ("application/json; charset=utf-8", """{"id":"x","choices":[{"delta":{"content":"usage"}}],"usage":{"total":42}}"""),
                1 => ("text/event-stream", Events(draws, "\n")),
                2 => ("text/event-stream;charset=utf-8", Events(draws, "\r\n")),
                _ => ("application/x-ndjson", "{\"usage\":null}\n{\"usage\":{\"total\":7}}\n{\"usage\":{\"total\":42}}\n"),
            };
            using var response = Response(type, coding);
            var reader = new TotalReader(response);

            foreach (var piece in draws.Pieces(Compressed(Encoding.UTF8.GetBytes(body), coding)))
            {
                reader.Read(piece.Span);
            }

            reader.End(isComplete: true).ShouldBe([new UnitCost("tokens", 42)], $"seed {seed}: {type} {coding}");
        }
    }

    [Theory]
    [InlineData("data: {\"usage\":\ndata: {\"total\":5}}\n\n", 5)]
    [InlineData("data:{\"usage\":{\"total\":5}}\r\rdata: [DONE]\r\r", 5)]
    [InlineData("event: x\nid: 1\n: data: {\"usage\":{\"total\":9}}\ndata: {\"usage\":{\"total\":5}}\n\n", 5)]
    [InlineData("data: {\"usage\":{\"total\":5}}", 5)]
    [InlineData("data: {\"usage\":{\"tot\n\ndata: {\"usage\":{\"total\":5}}\n\n", 5)]
    [InlineData("data: }}}}\n\ndata: {\"usage\":{\"total\":5}}\n\n", 5)]
    [InlineData("datax: {\"usage\":{\"total\":9}}\n\n", null)]
    [InlineData("dat: {\"usage\":{\"total\":9}}\n\n", null)]
    [InlineData("\uFEFFdata: {\"usage\":{\"total\":5}}\n\n", 5)]
    public void Events_are_read_as_the_standard_says(string stream, int? total)
    {
        using var response = Response("text/event-stream", string.Empty);
        foreach (var size in (int[])[1, 3, 1000])
        {
            var reader = new TotalReader(response);
            foreach (var piece in Encoding.UTF8.GetBytes(stream).Chunk(size))
            {
                reader.Read(piece);
            }

            reader.End(isComplete: true).ShouldBe(total is { } known ? [new UnitCost("tokens", known)] : null);
        }
    }

    [Theory]
    [InlineData("application/json", "", true)]
    [InlineData("application/problem+json", "identity", true)]
    [InlineData("text/event-stream", "br", true)]
    [InlineData("application/json", "zstd", false)]
    [InlineData("application/json", "gzip, br", false)]
    [InlineData("text/plain", "", false)]
    [InlineData("audio/mpeg", "", false)]
    [InlineData("", "", false)]
    public void What_cannot_be_read_is_left_alone(string type, string coding, bool canRead)
    {
        using var response = Response(type, coding);

        JsonUsageReader.CanRead(response).ShouldBe(canRead);
        if (!canRead)
        {
            Should.Throw<ArgumentException>(() => new TotalReader(response));
        }
    }

    [Fact]
    public void What_is_not_compressed_as_it_says_is_told_as_that()
    {
        using var response = Response("application/json", "gzip");
        var reader = new TotalReader(response);

        Should.Throw<InvalidDataException>(() => reader.Read("{\"usage\":{\"total\":5}}"u8));
    }

    [Fact]
    public void What_was_compressed_to_be_large_is_given_up()
    {
        // 300 MB of spaces, and behind them a figure that nobody waits for.
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var spaces = Enumerable.Repeat((byte)' ', 1 << 20).ToArray();
            for (var i = 0; i < 300; i++)
            {
                gzip.Write(spaces);
            }

            gzip.Write("{\"usage\":{\"total\":5}}"u8);
        }

        using var response = Response("application/json", "gzip");
        var reader = new TotalReader(response);

        reader.Read(compressed.ToArray());

        reader.End(isComplete: true).ShouldBeNull();
    }

    [Theory]
    [InlineData("\"usage\":{\"total\":3}", 0)]
    [InlineData("\"usage\":null", 0)]
    [InlineData("\"usage\":null", 40)]
    [InlineData("\"usage\":{\"total\":3}", 40)]
    public void Reading_a_piece_allocates_nothing(string usage, int cut)
    {
        using var response = Response("text/event-stream", string.Empty);
        var reader = new TotalReader(response);
        var piece = Encoding.UTF8.GetBytes("data: {\"id\":\"x\",\"choices\":[{\"delta\":{\"content\":\"hé\\u00e9llo\"}}]," + usage + "}\n\n");
        piece = [.. piece[cut..], .. piece[..cut]];
        reader.Read(piece);

        Allocated.By(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                reader.Read(piece);
            }
        }).ShouldBe(0);
    }

    private static string Events(JsonDraws draws, string end)
    {
        var events = new StringBuilder();
        for (var i = 0; i < 3 + draws.Next(5); i++)
        {
            events.Append("event: delta").Append(end).Append("data: {\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\":{\\\"total\\\":1}\"}}],\"usage\":").Append(i == 0 ? "null" : "{\"total\":" + i + "}").Append('}')
                .Append(end).Append(end);
        }

        return events.Append("data: {\"usage\":{\"total\":42}}").Append(end).Append(end).Append("data: [DONE]").Append(end).Append(end).ToString();
    }

    private static HttpResponseMessage Response(string type, string coding)
    {
        var response = new HttpResponseMessage { Content = new ByteArrayContent([]) };
        if (type.Length > 0)
        {
            response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        if (coding.Length > 0)
        {
            response.Content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        }

        return response;
    }

    private static byte[] Compressed(byte[] body, string coding)
    {
        using var compressed = new MemoryStream();
        using (Stream stream = coding.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true),
            "deflate" => new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true),
            "br" => new BrotliStream(compressed, CompressionLevel.Optimal, leaveOpen: true),
            _ => new BufferedStream(compressed),
        })
        {
            stream.Write(body);
            stream.Flush();
            return coding.Length == 0 || coding == "identity" ? compressed.ToArray() : Finish(stream, compressed);
        }

        static byte[] Finish(Stream stream, MemoryStream compressed)
        {
            stream.Dispose();
            return compressed.ToArray();
        }
    }

    private sealed class TotalReader(HttpResponseMessage response) : JsonUsageReader(response, Paths)
    {
        protected override IReadOnlyList<UnitCost>? Settle(UsageValues values, bool isComplete) => values.Count(Total) is { } total ? [new UnitCost("tokens", total)] : null;
    }
}
