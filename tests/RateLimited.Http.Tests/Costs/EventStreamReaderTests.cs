using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Costs.Bodies;
using RateLimited.Http.Costs.Json;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Costs;

/// <summary>However a stream of events is cut, and whichever of them are passed by unread, the same is found as where each byte comes by itself, for then none is passed by.</summary>
public sealed class EventStreamReaderTests
{
    private static readonly JsonPaths Paths = new(["usage.total_tokens", "usage.details.cached_tokens", "seconds", "response.model", "model"], once: 2);

    private static readonly string[] Lines =
    [
        "data: {\"usage\":{\"total_tokens\":7}}", "data: {\"usage\":null,\"model\":\"gpt\"}", "data: {\"choices\":[{\"text\":\"total_tokens and seconds\"}]}", "data: {\"choices\":[\"x\"]}",
        "data: {\"usage\":", "data: {\"total_tokens\":5}}", "data: {\"usage\":{\"details\":{\"cached_tokens\":3},\"total_tokens\":\"many\"}}", "data: {\"response\":{\"model\":\"o\"}}", "data:{\"seconds\":1.5}",
        "data: {\"us\\u0061ge\":{\"total_tokens\":9}}", "event: delta", ": total_tokens", "", "", "", "id", "data", "data: [DONE]", "data: " + new string('x', 3_000), "data: {\"a\":\"" + new string('y', 1_500) + "\"}",
    ];

    private static Gen<Case> Cases =>
        from lines in Gen.Elements(Lines).ListOf()
        from end in Gen.Frequency((5, Gen.Constant("\n")), (1, Gen.Constant("\r\n")), (1, Gen.Constant("\r")))
        from mark in Gen.Elements(true, false)
        from isWhole in Gen.Elements(true, false)
        from cuts in Gen.Choose(1, 700).NonEmptyListOf()
        select new Case($"{(mark ? "\uFEFF" : "")}{string.Join(end, lines)}{(isWhole ? end + end : "")}", [.. cuts]);

    [Fact]
    public void The_same_is_found_whether_events_are_passed_by_or_not() => Holds.For(Cases, static drawn =>
    {
        var bytes = Encoding.UTF8.GetBytes(drawn.Stream);

        var found = Found(bytes, cuts: [1]);

        Found(bytes, drawn.Cuts).ShouldBe(found);
        Found(bytes, cuts: [Math.Max(bytes.Length, 1)]).ShouldBe(found);
    });

    [Fact]
    public void What_says_nothing_is_passed_by_whole_or_in_pieces()
    {
        var scanner = new CountingScanner();
        var events = new EventStreamReader(scanner);
        var stream = "data: {\"delta\":1}\n\nevent: x\ndata: {\"delta\":2}\n\n"u8.ToArray();

        events.Feed(stream);
        events.Feed(stream.AsSpan(0, 20));
        events.Feed(stream.AsSpan(20));
        events.End();

        scanner.Taken.ShouldBe(0);
    }

    private static string Found(byte[] bytes, IReadOnlyList<int> cuts)
    {
        var values = new JsonValues(Paths);
        var reader = new EventStreamReader(new JsonValueScanner(values));
        for (var (at, i) = (0, 0); at < bytes.Length; i++)
        {
            var piece = bytes.AsSpan(at, Math.Min(cuts[i % cuts.Count], bytes.Length - at));
            reader.Feed(piece);
            at += piece.Length;
        }

        reader.End();
        return string.Join(", ", Enumerable.Range(0, Paths.Once).Select(path => $"{values.AsText(path)} {values.IsOdd(path)}").Append($"{(values.AsText(Paths.Once) ?? values.AsText(Paths.Once + 1)) is null}"));
    }

    private sealed record Case(string Stream, IReadOnlyList<int> Cuts)
    {
        public override string ToString() => $"{string.Join(' ', Cuts)}: {Stream.ReplaceLineEndings("|")}";
    }

    /// <summary>Wants nothing, and counts what it is given all the same.</summary>
    private sealed class CountingScanner : JsonScanner
    {
        public int Taken { get; private set; }

        public override int FirstOf(ReadOnlySpan<byte> documents) => -1;

        protected override bool OnName(ReadOnlySpan<byte> name) => false;

        protected override bool OnElement()
        {
            Taken++;
            return true;
        }

        protected override void OnBegin(bool isObject)
        {
        }

        protected override void OnEnd()
        {
        }

        protected override void OnText(ReadOnlySpan<byte> text)
        {
        }

        protected override void OnEscape(char unit)
        {
        }

        protected override void OnTextBegin()
        {
        }

        protected override void OnTextEnd()
        {
        }

        protected override void OnNumber(ReadOnlySpan<byte> number)
        {
        }

        protected override void OnLiteral(byte first)
        {
        }

        protected override void OnReset()
        {
        }
    }
}
