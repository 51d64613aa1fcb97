using OpenAI;
using OpenAI.Chat;

namespace Watched.Work;

/// <summary>Chats, streamed, with a model and sometimes with a dearer one.</summary>
internal sealed class ChatWork(OpenAIClient openai, TimeProvider time) : Caller(atOnce: 4, TimeSpan.FromMilliseconds(300), time)
{
    private readonly ChatClient _usual = openai.GetChatClient("gpt-4o-mini");
    private readonly ChatClient _dear = openai.GetChatClient("gpt-4o");

    protected override async Task WorkAsync(int number, int turn, CancellationToken cancellationToken)
    {
        var model = turn % 5 == 0 ? _dear : _usual;
        var question = new UserChatMessage($"What is worth knowing of order {number}-{turn}?");
        await foreach (var update in model.CompleteChatStreamingAsync([question], new ChatCompletionOptions { MaxOutputTokenCount = 60 }, cancellationToken))
        {
            // Read to the end: it tells what was used.
            _ = update;
        }
    }
}
