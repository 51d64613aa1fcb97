using System.Text;
using System.Text.Json.Nodes;
using RateLimited.Http.Costs.Json;
using RateLimited.Http.Tests.Measuring;

namespace RateLimited.Http.Tests.Costs;

/// <summary>Values are found in JSON as it passes, and nothing that passes does any harm.</summary>
public sealed class JsonValueScannerTests
{
    private static readonly JsonPaths Paths = new("usage", "total", "usage.total", "usage.details.a", "model", "a.b.a", "choices");

    [Fact]
    public void What_is_found_is_what_a_parser_finds_however_the_bytes_are_cut()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var draws = new JsonDraws(seed);
            var document = draws.Document();
            var values = new JsonValues(Paths);
            var scanner = new JsonValueScanner(values);

            foreach (var piece in draws.Pieces(draws.Bytes(document)))
            {
                scanner.Feed(piece.Span);
            }

            scanner.IsBroken.ShouldBeFalse($"seed {seed}");
            for (var path = 0; path < Paths.Paths.Count; path++)
            {
                values.Number(path).ShouldBe(NumberAt(document, Paths.Paths[path]), $"seed {seed}, {Paths.Paths[path]}, {document}");
            }
        }
    }

    [Theory]
    [InlineData("""{"usage":{"total":12}}""", "12")]
    [InlineData("""{"usage":{"total":12},"usage":{"total":13}}""", "13")]
    [InlineData("""{"usage":{"total":12}}{"usage":{"total":14}}""", "14")]
    [InlineData("{\"usage\":{\"total\":12}}\n{\"usage\":null}\n", "12")]
    [InlineData("""{"usage":{"total":"12"}}""", null)]
    [InlineData("""{"usage":{"total":{"total":12}}}""", null)]
    [InlineData("""{"usage":{"total":[12]}}""", null)]
    [InlineData("""{"usage":{"total":true}}""", null)]
    [InlineData("""{"usage":{"total":-1}}""", null)]
    [InlineData("""{"usage":{"total":1e3}}""", "1000")]
    [InlineData("""{"usage":{"total":1000000000000000000000000000000}}""", null)]
    [InlineData("""{"usage":{"total":99999999999999999999999999999999999999999999999999999999999999999999999999999999}}""", null)]
    [InlineData("""{"usage":{"total":1.5}}""", "1.5")]
    [InlineData("""[{"usage":{"total":12}}]""", null)]
    [InlineData("""{"choices":[{"usage":{"total":12}}]}""", null)]
    [InlineData("""{"text":"\"usage\":{\"total\":12}"}""", null)]
    [InlineData("""{"us\u0061ge":{"total":12}}""", null)]
    [InlineData("""  { "usage" : { "total" : 12 } }  """, "12")]
    [InlineData("\uFEFF{\"usage\":{\"total\":12}}", "12")]
    [InlineData("""{"usage":{"total":12""", "12")]
    public void Of_odd_documents(string json, string? found)
    {
        var values = new JsonValues(Paths);
        var scanner = new JsonValueScanner(values);

        scanner.Feed(Encoding.UTF8.GetBytes(json));
        scanner.End();

        values.Number(Paths.NumberOf("usage.total")).ShouldBe(found is null ? null : decimal.Parse(found, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("""{"usage":{"total":"12"}}""", true)]
    [InlineData("""{"usage":{"total":-3}}""", true)]
    [InlineData("""{"usage":{"total":1e30}}""", true)]
    [InlineData("""{"usage":{"total":[]}}""", true)]
    [InlineData("""{"usage":{"total":null}}""", false)]
    [InlineData("""{"usage":{"total":3}}""", false)]
    [InlineData("""{"usage":{}}""", false)]
    public void What_counts_nothing_is_told_from_nothing(string json, bool isOdd)
    {
        var values = new JsonValues(Paths);

        new JsonValueScanner(values).Feed(Encoding.UTF8.GetBytes(json));

        values.IsOdd(Paths.NumberOf("usage.total")).ShouldBe(isOdd);
    }

    [Theory]
    [InlineData("""{"model":"gpt-4o-mini"}""", "gpt-4o-mini")]
    [InlineData("""{"model":"gpt\u002d4o"}""", "gpt-4o")]
    [InlineData("""{"model":"x\n\u6f22"}""", "x??")]
    [InlineData("""{"model":5}""", null)]
    [InlineData("""{"model":"mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm"}""", null)]
    public void Texts_are_kept_up_to_a_bound(string json, string? text)
    {
        var values = new JsonValues(Paths);
        var scanner = new JsonValueScanner(values);

        foreach (var letter in Encoding.UTF8.GetBytes(json))
        {
            scanner.Feed([letter]);
        }

        values.Text(Paths.NumberOf("model")).ShouldBe(text);
    }

    [Fact]
    public void Whatever_comes_nothing_is_thrown_and_nothing_grows()
    {
        const string Grammar = "{}[]\"\\,:u0123456789abcdefn-+.eE \n\r\0";
        for (var seed = 0; seed < 2_000; seed++)
        {
            var draws = new JsonDraws(seed);
            var bytes = new byte[200];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = draws.Next(10) == 0 ? (byte)draws.Next(256) : (byte)Grammar[draws.Next(Grammar.Length)];
            }

            var scanner = new JsonValueScanner(new JsonValues(Paths));
            foreach (var piece in draws.Pieces(bytes))
            {
                scanner.Feed(piece.Span);
            }

            scanner.End();
        }

        var nested = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"a":{"b":""", 100_000)));
        var deep = new JsonValueScanner(new JsonValues(Paths));
        deep.Feed(nested);
        Allocated.By(() => deep.Feed(nested)).ShouldBe(0);
    }

    [Fact]
    public void A_document_deeper_than_can_be_followed_is_given_up()
    {
        var path = string.Join('.', Enumerable.Repeat("a", JsonScanner.MaxDepth - 1));
        var values = new JsonValues(new JsonPaths(path));
        var scanner = new JsonValueScanner(values);

        scanner.Feed(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"a":""", JsonScanner.MaxDepth - 1)) + "7"));
        scanner.End();
        values.Number(0).ShouldBe(7);
        Should.Throw<ArgumentException>(() => new JsonPaths($"{path}.a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData(".a")]
    public void What_is_no_path_is_refused(string path) => Should.Throw<ArgumentException>(() => new JsonPaths(path)).Message.ShouldContain($"'{path}'");

    [Fact]
    public void One_path_stands_once() => Should.Throw<ArgumentException>(() => new JsonPaths("a.b", "a", "a.b")).Message.ShouldContain("'a.b'");

    private static decimal? NumberAt(JsonNode? document, string path)
    {
        foreach (var name in path.Split('.'))
        {
            document = document is JsonObject known ? known[name] : null;
        }

        return document is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number
            && decimal.TryParse(value.ToJsonString(), System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
