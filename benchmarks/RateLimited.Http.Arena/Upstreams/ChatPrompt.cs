using System.Globalization;
using System.Text;
using RateLimited.Http.Arena.Demand;

namespace RateLimited.Http.Arena.Upstreams;

/// <summary>
/// Questions to the language model that is called with several keys: texts of different lengths, and answers of up to as much again, as they are written in programs. Ours has to find out what they cost; the others
/// are told what the upstream takes them for, since they have no way to find out.
/// </summary>
internal static class ChatPrompt
{
    /// <summary>Of what is drawn as a call's tokens, which its prompt has, and half of the longest answer.</summary>
    public const int UsualTokens = UpstreamList.UsualTokens + (MostTokensOfAnswer / 2);

    public const int LargestTokens = UpstreamList.LargestTokens + MostTokensOfAnswer;

    private const int MostTokensOfAnswer = 40;

    /// <summary>By the upstream's rule of a token for four characters of text, of which a message's role is one.</summary>
    private const int CharactersOfToken = 4;

    private const string Role = "user";

    private const string Text =
        "The harbour was quiet when the first boats came back, and nobody on the pier had counted them. Some said that seventeen had left before dawn, others that it had been fifteen and that two had never been "
        + "mended after the storm in March. The keeper of the lighthouse wrote both numbers down, with the hour and the direction of the wind, and went on to the next page, where the weather of the week before stood. "
        + "It was his habit to believe what he could see, and from the window he saw nothing but water, a strip of sand, and the old crane that had not moved since the railway was closed.";

    /// <summary>A call's question.</summary>
    public static HttpRequestMessage Request(Uri address, Call call)
    {
        var length = (call.Tokens * CharactersOfToken) - Role.Length;
        var from = call.Tokens * call.Tokens % (Text.Length - length);
        var body = $$"""{"model":"arena-1","max_tokens":{{MostTokensOfAnswer}},"messages":[{"role":"{{Role}}","content":"{{Text.AsSpan(from, length)}}"}]}""";
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/v1/chat/completions")) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add(ArenaHeaders.Tokens, (call.Tokens + MostTokensOfAnswer).ToString(CultureInfo.InvariantCulture));
        return request;
    }
}
