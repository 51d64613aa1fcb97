using System.Text;
using RateLimited.Http.Redis.Watching;

namespace RateLimited.Http.Redis.Tests.Watching;

/// <summary>What is closed tells nothing to who has not the secret, and cannot be changed or moved.</summary>
public sealed class TrafficSealTests
{
    private const string Secret = "a secret of sixteen bytes or more";

    private static readonly byte[] Text = Encoding.UTF8.GetBytes("acme, 12 of 40");

    private readonly TrafficSeal _seal = TrafficSeal.Of(Secret)!;

    [Fact]
    public void Who_has_the_secret_reads_it()
    {
        TrafficSeal.Of(Secret)!.Open("api", _seal.Close("api", Text)).ShouldBe(Text);
        _seal.Open("api", _seal.Close("api", [])).ShouldBe([]);
    }

    [Fact]
    public void Nobody_else_does_and_nothing_can_be_told_again_of_another_service()
    {
        var closed = _seal.Close("api", Text);

        Encoding.UTF8.GetString(Convert.FromBase64String(closed)).ShouldNotContain("acme");
        _seal.Close("api", Text).ShouldNotBe(closed);
        TrafficSeal.Of(Secret + "!")!.Open("api", closed).ShouldBeNull();
        _seal.Open("another", closed).ShouldBeNull();
    }

    [Fact]
    public void What_was_changed_anywhere_is_nothing()
    {
        var closed = Convert.FromBase64String(_seal.Close("api", Text));
        for (var i = 0; i < closed.Length; i++)
        {
            closed[i] ^= 1;
            _seal.Open("api", Convert.ToBase64String(closed)).ShouldBeNull();
            closed[i] ^= 1;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("not base64 </script>")]
    [InlineData("AAAA")]
    [InlineData("é")]
    public void What_nobody_closed_is_nothing(string closed) => _seal.Open("api", closed).ShouldBeNull();

    [Fact]
    public void It_takes_the_room_it_says()
    {
        for (var room = 100; room < 120; room++)
        {
            _seal.Close("api", new byte[TrafficSeal.RoomIn(room)]).Length.ShouldBeInRange(room - 7, room);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("fifteen letters")]
    public void What_could_be_found_out_by_trying_closes_nothing(string? secret) => TrafficSeal.Of(secret).ShouldBeNull();
}
