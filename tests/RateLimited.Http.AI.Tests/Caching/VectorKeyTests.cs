using System.Security.Cryptography;
using Microsoft.Extensions.AI;
using RateLimited.Http.AI.Caching;

namespace RateLimited.Http.AI.Tests.Caching;

public sealed class VectorKeyTests
{
    [Fact]
    public void Equal_things_have_equal_keys_whatever_the_order_of_their_properties()
    {
        var one = VectorVariant.Of("m", new EmbeddingGenerationOptions { AdditionalProperties = new() { ["a"] = 1, ["b"] = "x" } })!;
        var other = VectorVariant.Of("m", new EmbeddingGenerationOptions { AdditionalProperties = new() { ["b"] = "x", ["a"] = 1 } })!;

        one.KeyOf("text").ShouldBe(other.KeyOf("text"));
    }

    [Fact]
    public void No_two_different_things_are_written_alike()
    {
        (string Model, int? Dimensions, (string, object)[] Properties, string Text)[] things =
        [
            ("m", null, [], "text"), ("mt", null, [], "ext"), ("m", 5, [], "text"), ("m", 1, [], "text "), ("m", null, [("t", "ext")], ""), ("m", null, [("t", "ext")], "text"),
            ("m", null, [("te", "xt")], "text"), ("m", null, [("n", 1)], "text"), ("m", null, [("n", 1L)], "text"), ("m", null, [("n", "1")], "text"), ("m", null, [], "Text"), ("m", null, [], "te\u0301xt"),
            ("m", null, [], "t\u00e9xt"), ("m", null, [], "\ud800"), ("m", null, [], "\ud801"), ("m", null, [], "\ufffd"), ("m", null, [], new string('x', 5_000)), ("m", null, [], new string('x', 5_001)),
        ];

        things.Select(static thing =>
        {
            var options = new EmbeddingGenerationOptions { Dimensions = thing.Dimensions, AdditionalProperties = [] };
            foreach (var (name, value) in thing.Properties)
            {
                options.AdditionalProperties[name] = value;
            }

            return VectorVariant.Of(thing.Model, options)!.KeyOf(thing.Text);
        }).ShouldBeUnique();
    }

    [Fact]
    public void The_key_is_a_sha256_and_does_not_show_the_text()
    {
        var text = VectorVariant.Of("model", options: null)!.KeyOf("a secret").ToText("embedding:");

        text.ShouldMatch("^embedding:[0-9a-f]{64}$");
        byte[] written = [1, 0, 0, 0, 5, 0, 0, 0, .. "m\0o\0d\0e\0l\0"u8, 255, 255, 255, 255, 255, 255, 255, 255, .. "a\0 \0s\0e\0c\0r\0e\0t\0"u8];
        text.ShouldEndWith(Convert.ToHexStringLower(SHA256.HashData(written)));
    }
}
