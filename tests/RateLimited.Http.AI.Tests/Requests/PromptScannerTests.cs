using System.Text;
using RateLimited.Http.AI.Requests;
using RateLimited.Http.AI.Text;

namespace RateLimited.Http.AI.Tests.Requests;

/// <summary>Of a request to a model the scanner finds who is asked, how much may be answered, and the text; and nothing else.</summary>
public sealed class PromptScannerTests
{
    public static TheoryData<string, string, string> Bodies => new()
    {
        { """{"model":"gpt-4o","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hi there"}],"max_tokens":50}""", "gpt-4o", "2 messages, 4 words, max 50" },
        { """{"messages":[{"content":[{"type":"text","text":"what is this"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}],"role":"user"}],"model":"gpt-4o","n":3}""", "gpt-4o", "1 messages, 3 words, 1 images, 3 choices" },
        { """{"model":"m","max_completion_tokens":70,"max_tokens":9,"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"call_abc","type":"function","function":{"name":"get","arguments":"{\"city\":\"Rome\"}"}}]},{"role":"tool","tool_call_id":"call_abc","content":"sunny"}]}""", "m", "2 messages, 4 words, max 70" },
        { """{"model":"m","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"weather","parameters":{"properties":{"city":{"type":"string"}}}}}]}""", "m", "1 messages, 11 words" },
        { """{"model":"gpt-5","input":"tell me","instructions":"be kind","max_output_tokens":20}""", "gpt-5", "1 messages, 4 words, max 20" },
        { """{"model":"gpt-5","input":[{"role":"user","content":[{"type":"input_text","text":"one two"},{"type":"input_image","image_url":"https://x/y.png"}]}]}""", "gpt-5", "1 messages, 2 words, 1 images" },
        { """{"model":"text-embedding-3-small","input":["one","two three"],"dimensions":256}""", "text-embedding-3-small", "0 messages, 3 words" },
        { """{"model":"text-embedding-3-small","input":[[1,2,3],[4,5]]}""", "text-embedding-3-small", "0 messages, 0 words, 5 tokens" },
        { """{"model":"claude","system":[{"type":"text","text":"be good","cache_control":{"type":"ephemeral"}}],"max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"text","text":"look"}]}]}""", "claude", "1 messages, 3 words, 1 images, max 9" },
        { """{"model":"m","prompt":"once upon","suffix":"the end","best_of":4}""", "m", "1 messages, 4 words, 4 choices" },
        { """{"user":"ada","metadata":{"model":"x","max_tokens":5},"model":"m","messages":[]}""", "m", "0 messages, 0 words" },
        { """{"model":5,"messages":"x","max_tokens":"many","n":-2}""", "", "0 messages, 1 words" },
        { """{"model":"m","max_tokens":1e9,"n":99999999999999999999}""", "m", "0 messages, 0 words" },
        { """[1,2,3]""", "", "0 messages, 0 words" },
        { """not json at all""", "", "0 messages, 0 words" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void However_the_body_is_cut(string body, string model, string found)
    {
        foreach (var size in (int[])[1, 2, 7, 100_000])
        {
            var (prompt, meter) = (new Prompt(), new TextMeter());
            var scanner = new PromptScanner(prompt, meter);
            foreach (var piece in Encoding.UTF8.GetBytes(body).Chunk(size))
            {
                scanner.Feed(piece);
            }

            scanner.Complete();

            prompt.Model.ShouldBe(model);
            Text(prompt, meter).ShouldBe(found, $"in pieces of {size}");
        }
    }

    [Theory]
    [InlineData("https://api.openai.com/v1/chat/completions", RequestShape.Chat)]
    [InlineData("https://x.openai.azure.com/openai/deployments/mini/chat/completions?api-version=1", RequestShape.Chat)]
    [InlineData("https://api.groq.com/openai/v1/chat/completions/", RequestShape.Chat)]
    [InlineData("https://api.openai.com/v1/completions", RequestShape.Completions)]
    [InlineData("https://api.openai.com/v1/responses", RequestShape.Responses)]
    [InlineData("https://api.openai.com/v1/embeddings", RequestShape.Embeddings)]
    [InlineData("https://api.anthropic.com/v1/messages", RequestShape.Messages)]
    [InlineData("https://api.openai.com/v1/audio/transcriptions", RequestShape.Transcription)]
    [InlineData("https://api.openai.com/v1/images/generations", RequestShape.Images)]
    [InlineData("https://api.anthropic.com/v1/messages/count_tokens", null)]
    [InlineData("https://api.anthropic.com/v1/messages/batches", null)]
    [InlineData("https://api.openai.com/v1/files", null)]
    public void The_address_tells_the_shape(string address, object? shape)
    {
        using var post = new HttpRequestMessage(HttpMethod.Post, address);
        using var get = new HttpRequestMessage(HttpMethod.Get, address);

        RequestShapes.Of(post).ShouldBe((RequestShape?)shape);
        RequestShapes.Of(get).ShouldBeNull();
    }

    [Theory]
    [InlineData("https://x.openai.azure.com/openai/deployments/my%20mini/chat/completions", "my mini")]
    [InlineData("https://x.openai.azure.com/openai/deployments/", "")]
    [InlineData("https://api.openai.com/v1/chat/completions", "")]
    public void Azure_names_the_deployment_in_the_address(string address, string deployment)
    {
        using var post = new HttpRequestMessage(HttpMethod.Post, address);

        RequestShapes.DeploymentOf(post).ShouldBe(deployment);
    }

    private static string Text(Prompt prompt, TextMeter meter)
    {
        var counts = prompt.Counts;
        var text = $"{counts[TextFeature.Messages]} messages, {meter.Counts[TextFeature.Words]} words";
        text += counts[TextFeature.Images] > 0 ? $", {counts[TextFeature.Images]} images" : string.Empty;
        text += prompt.TokenIds > 0 ? $", {prompt.TokenIds} tokens" : string.Empty;
        text += prompt.Choices > 1 ? $", {prompt.Choices} choices" : string.Empty;
        return text + (prompt.MaxOutput is { } most ? $", max {most}" : string.Empty);
    }
}
