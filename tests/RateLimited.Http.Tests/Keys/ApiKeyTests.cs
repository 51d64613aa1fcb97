using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Keys;

/// <summary>A key is what a header may hold, and nothing prints it.</summary>
public sealed class ApiKeyTests
{
    private const string Text = "CANARY-4711-secret";

    [Fact]
    public void A_key_is_printable_ASCII_on_one_line_without_spaces_around_it() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>(),
        static text => ApiKey.TryCreate(text, out var key) == (text is { Length: > 0 } && text == text.Trim() && text.All(static c => c is >= ' ' and <= '~'))
            && (key is null || string.Equals(key.Reveal(), text, StringComparison.Ordinal))).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("a\r\nX-Injected: 1")]
    [InlineData("a\nb")]
    [InlineData("a\tb")]
    [InlineData("a\0b")]
    [InlineData("a\u007Fb")]
    [InlineData("schlüssel")]
    [Fault("S07")]
    public void What_a_header_could_not_hold_as_it_is_is_no_key_and_is_not_repeated(string text)
    {
        ApiKey.TryCreate(text, out _).ShouldBeFalse();
        var refusal = Should.Throw<ArgumentException>(() => ApiKey.Create(text));
        refusal.Message.ShouldContain("1 to 8192 printable ASCII characters");
        if (text.Trim().Length > 1)
        {
            refusal.ToString().ShouldNotContain(text);
        }
    }

    [Fact]
    public void The_longest_key_is_as_long_as_servers_take()
    {
        ApiKey.TryCreate(new string('x', ApiKey.MaxLength), out _).ShouldBeTrue();
        ApiKey.TryCreate(new string('x', ApiKey.MaxLength + 1), out _).ShouldBeFalse();
        ApiKey.TryCreate(null, out _).ShouldBeFalse();
    }

    [Fact]
    [Fault("S01")]
    public void Nothing_prints_a_key()
    {
        var key = ApiKey.Create(Text);

        string[] prints =
        [
            key.ToString(),
            $"{key}",
            string.Format(CultureInfo.InvariantCulture, "{0,20}", key),
            JsonSerializer.Serialize(key),
            JsonSerializer.Serialize(new { key, keys = new[] { key } }),
            typeof(ApiKey).GetCustomAttribute<DebuggerDisplayAttribute>()!.Value,
            string.Join(',', typeof(ApiKey).GetProperties(BindingFlags.Instance | BindingFlags.Public).Select(property => property.GetValue(key))),
        ];

        prints.ShouldAllBe(static print => !print.Contains("CANARY", StringComparison.Ordinal));
        typeof(ApiKey).GetFields(BindingFlags.Instance | BindingFlags.NonPublic).ShouldAllBe(static field => field.GetCustomAttribute<DebuggerBrowsableAttribute>()!.State == DebuggerBrowsableState.Never);
        var view = Type.GetType(typeof(ApiKey).GetCustomAttribute<DebuggerTypeProxyAttribute>()!.ProxyTypeName)!;
        view.GetProperties().Select(property => property.GetValue(Activator.CreateInstance(view, key))).ShouldBe(["***"]);
    }

    [Fact]
    public void A_key_can_be_read_from_JSON_and_a_text_that_is_none_is_not_repeated()
    {
        JsonSerializer.Deserialize<ApiKey>($"\"{Text}\"")!.Reveal().ShouldBe(Text);
        Should.Throw<JsonException>(static () => JsonSerializer.Deserialize<ApiKey>("\" CANARY \"")).ToString().ShouldNotContain("CANARY");
        Should.Throw<JsonException>(static () => JsonSerializer.Deserialize<ApiKey>("47110815")).ToString().ShouldNotContain("47110815");
    }

    [Fact]
    public void Keys_are_the_same_exactly_when_their_texts_are()
    {
        var (one, same, other, longer) = (ApiKey.Create("a1"), ApiKey.Create("a1"), ApiKey.Create("a2"), ApiKey.Create("a11"));

        one.Equals(same).ShouldBeTrue();
        one.GetHashCode().ShouldBe(same.GetHashCode());
        one.Equals((object?)same).ShouldBeTrue();
        one.Equals(other).ShouldBeFalse();
        one.Equals(longer).ShouldBeFalse();
        one.Equals(null).ShouldBeFalse();
        one.Equals((object?)"a1").ShouldBeFalse();
    }
}
