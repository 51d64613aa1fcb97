using System.Text;
using OpenAI;
using OpenAI.Chat;

namespace ChatFleet;

/// <summary>Callers that chat, each as soon as its last answer has ended; all answers are streamed.</summary>
internal sealed class Fleet(OpenAIClient openai, TimeProvider time)
{
    private const int Callers = 40;
    private const int MostAnswer = 120;

    private static readonly string[] Questions =
    [
        "Summarise what this parcel's journey says of the carrier.", "Which of these two invoices is the mistaken one, and why?", "Write a kind answer to a customer whose order was lost twice.",
        "List what is missing from this contract for it to be signed tomorrow, in the order of how long each will take to get.",
    ];

    private readonly ChatClient[] _models = [openai.GetChatClient("gpt-4o-mini"), openai.GetChatClient("gpt-4o-mini"), openai.GetChatClient("gpt-4o-mini"), openai.GetChatClient("gpt-4o")];

    private int _next;

    public int Chats => 400;

    /// <param name="progress">Hears of each chat that has ended.</param>
    public async Task<FleetReport> RunAsync(Action progress)
    {
        var began = time.GetTimestamp();
        var tokens = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => CallAsync(progress)));
        return new FleetReport(Chats, tokens.Sum(), time.GetElapsedTime(began));
    }

    private async Task<long> CallAsync(Action progress)
    {
        var tokens = 0L;
        for (var chat = Interlocked.Increment(ref _next); chat <= Chats; chat = Interlocked.Increment(ref _next))
        {
            tokens += await ChatAsync(_models[chat % _models.Length], $"{Questions[chat % Questions.Length]} Case {chat}.");
            progress();
        }

        return tokens;
    }

    /// <summary>Asks, reads the stream to its end, and sees that all of it came.</summary>
    private static async Task<long> ChatAsync(ChatClient model, string question)
    {
        var answer = new StringBuilder();
        ChatTokenUsage? usage = null;
        await foreach (var update in model.CompleteChatStreamingAsync([new UserChatMessage(question)], new ChatCompletionOptions { MaxOutputTokenCount = MostAnswer }))
        {
            foreach (var part in update.ContentUpdate)
                answer.Append(part.Text);

            usage = update.Usage ?? usage;
        }

        var words = answer.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        return usage is not null && words == usage.OutputTokenCount
            ? usage.TotalTokenCount
            : throw new InvalidOperationException($"An answer of {usage?.OutputTokenCount} tokens came as {words}.");
    }
}

/// <summary>How it went.</summary>
/// <param name="Chats">Chats that were answered: all, or there is no report.</param>
/// <param name="Tokens">What their answers said that they used.</param>
/// <param name="Time">How long it took.</param>
internal sealed record FleetReport(int Chats, long Tokens, TimeSpan Time);
