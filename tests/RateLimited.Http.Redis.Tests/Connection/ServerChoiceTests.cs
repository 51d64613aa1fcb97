using RateLimited.Http.Redis.Connection;

namespace RateLimited.Http.Redis.Tests.Connection;

/// <summary>Which of two servers is asked, by the time at which each failed.</summary>
public sealed class ServerChoiceTests
{
    private const long Rest = 100;

    [Theory]
    [InlineData(true, true, 0)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 1)]
    [InlineData(false, false, 0)]
    public void The_first_is_asked_while_it_is_there(bool first, bool second, int picked) => new ServerChoice(Rest).Pick(now: 1, first, second).ShouldBe(picked);

    [Fact]
    public void One_that_has_failed_rests_while_the_other_answers()
    {
        var choice = new ServerChoice(Rest);
        choice.Failed(0, now: 10);

        choice.Pick(10 + Rest - 1, firstIsConnected: true, secondIsConnected: true).ShouldBe(1);
        choice.Pick(10 + Rest, firstIsConnected: true, secondIsConnected: true).ShouldBe(0);
    }

    [Fact]
    public void When_both_have_failed_the_first_is_asked()
    {
        var choice = new ServerChoice(Rest);
        choice.Failed(0, now: 10);
        choice.Failed(1, now: 20);

        choice.Pick(30, firstIsConnected: true, secondIsConnected: true).ShouldBe(0);
    }
}
