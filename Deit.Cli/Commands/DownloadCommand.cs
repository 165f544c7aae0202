using System.CommandLine;
using Deit.Cli.Display;
using Deit.Compiler.Diagnostics;
using Deit.Pretrained;

namespace Deit.Cli.Commands;

/// <summary><c>deit download MODEL</c>: brings a model's published weights into the cache and says where they are.</summary>
internal static class DownloadCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal) => Create(terminal, static name => Zoo.Find(name).Description, new());

    /// <summary>Makes the command over models and options of one's own.</summary>
    internal static Command Create(Terminal terminal, Func<string, ModelDescription> find, DownloadOptions options)
    {
        Argument<string> name = Zoo.Argument();
        var tag = new Option<string>("--tag") { Description = "Which of the model's weights, as timm calls them; by default the usual ones." };
        var force = new Option<bool>("--force") { Description = "Download them even if they are in the cache." };
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("download", "Download a model's published weights.") { name, tag, force, json };
        command.SetAction(parsed =>
        {
            ModelDescription model = find(parsed.GetRequiredValue(name));
            RequireTag(model, parsed.GetValue(tag));
            bool isJson = parsed.GetValue(json);
            string path = Run(terminal, model, parsed.GetValue(tag), options with { Force = parsed.GetValue(force) }, isJson);
            if (isJson) terminal.WriteJson(new DownloadJson(model.Name, PretrainedWeights.Find(model, parsed.GetValue(tag)), path));
            else terminal.WriteLine(path);
        });
        return command;
    }

    /// <summary>Downloads weights unless they are in the cache, and shows how it goes on.</summary>
    /// <returns>The path of their file.</returns>
    internal static string Run(Terminal terminal, ModelDescription model, string? tag, DownloadOptions options, bool isSilent)
    {
        PublishedWeights weights = PretrainedWeights.Find(model, tag);
        var display = new DownloadDisplay(terminal, $"{model.Name}.{weights.Tag}", isSilent);
        try
        {
            return Cancellation.Run(
                token => PretrainedWeights.Download(model, tag, options with { Progress = display }, token),
                "Stopped. What has arrived is kept: the next download goes on there.");
        }
        finally
        {
            display.Finish();
        }
    }

    /// <summary>A tag that does not exist is a mistake in the command line.</summary>
    private static void RequireTag(ModelDescription model, string? tag)
    {
        string[] tags = [.. model.PublishedWeights.Select(static weights => weights.Tag).Distinct()];
        if (tag is null || tags.Length == 0 || tags.Contains(tag)) return;
        throw new UsageException($"{model.Name} has no published weights '{tag}'. {Suggestions.Sentence(tag, tags)}");
    }

    private sealed record DownloadJson(string Model, string Tag, string Address, string Path, long Bytes, double? Top1, string Source)
    {
        public DownloadJson(string model, PublishedWeights weights, string path)
            : this(model, weights.Tag, weights.Address.AbsoluteUri, path, new FileInfo(path).Length, weights.Top1, weights.Source)
        {
        }
    }
}
