using System.Text;
using RateLimited.Http.Redis.Watching;

namespace RateLimited.Http.Redis.Tests.Watching;

/// <summary>What a server answers is read line by line, and a line that nobody says is nothing.</summary>
public sealed class UsageAnswerTests
{
    private const string Nothing = """{"checks":{},"refusals":{},"spendUsd":{},"alerts":[]}""";

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"id\":null}")]
    [InlineData("{\"id\":\"\"}")]
    [InlineData("{\"id\":[]}")]
    public void What_acknowledges_nothing_is_nothing(string line)
    {
        var answer = Of($"RLU3 2\n@ {line}\n0af {Nothing}\n@ {{\"id\":\"1\"}}\nwhat?\n b\n");

        (answer.Processes, answer.Acknowledged.ShouldHaveSingleItem(), answer.Reports.ShouldHaveSingleItem().Process).ShouldBe((2, new Acknowledgement("1", By: null), "0af"));
    }

    [Theory]
    [InlineData("RLU3")]
    [InlineData("RLU3 -4")]
    [InlineData("RLU3 99999999999999")]
    [InlineData("")]
    public void Where_nobody_says_how_many_there_are_those_that_are_told_of_are_counted(string first) => Of($"{first}\na {Nothing}").Processes.ShouldBe(1);

    [Fact]
    public void A_name_is_bounded() => Acknowledgement.Of(new Acknowledgement("1", new string('x', 10_000)).ToBytes())!.By!.Length.ShouldBe(100);

    private static UsageAnswer Of(string answer) => UsageAnswer.Of(Encoding.UTF8.GetBytes(answer));
}
