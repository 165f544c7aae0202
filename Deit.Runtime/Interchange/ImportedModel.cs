using System.Collections.Immutable;
using System.Text.Json;
using Deit.Compiler.Specs;

namespace Deit.Interchange;

/// <summary>A model that another library's configuration describes, as a spec.</summary>
public sealed record ImportedModel
{
    /// <summary>The spec, checked.</summary>
    public required ModelSpec Spec { get; init; }

    /// <summary>How images are prepared, as far as the configuration says; null where it does not.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>What was left out since it changes nothing but training, such as <c>attn_drop_rate 0.1</c>.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>Where it is from, for people.</summary>
    public required string Source { get; init; }

    /// <summary>Reads a configuration.</summary>
    /// <param name="path">The <c>config.json</c> of timm or transformers, or the folder that holds it.</param>
    /// <param name="known">The models by which timm's architectures are known.</param>
    /// <param name="name">What to call the model; null takes the folder's name or the architecture's.</param>
    /// <exception cref="DeitException">
    /// The file cannot be read, or says something that no spec can; the message names every such thing.
    /// </exception>
    public static ImportedModel Read(string path, ModelRegistry known, string? name = null)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, HubConfiguration.FileName) : path;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw Unknown(file);
            var configuration = new ConfigurationTable(file, document.RootElement);
            ConfigurationContent content = configuration.Find("model_type") is not null && configuration.Find("architecture") is null
                ? TransformersReader.Read(configuration)
                : configuration.Find("architecture") is not null ? TimmReader.Read(configuration, HubFolder.TimmModels(known)) : throw Unknown(file);
            string folder = Directory.Exists(path) ? Path.GetFileName(Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar)) : "";
            return content.ToModel(configuration, Spelling.ToModelName(name ?? (folder.Length > 0 ? folder : content.Name)));
        }
        catch (JsonException exception)
        {
            throw new DeitException($"'{file}' is damaged: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"The configuration '{file}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The spec as a file of <c>specs/models</c>.</summary>
    public string ToYaml() => SpecText.Yaml(this);

    /// <summary>The spec as an attribute over a partial class.</summary>
    public string ToCSharp() => SpecText.CSharp(this);

    private static DeitException Unknown(string file) => new(
        $"'{file}' is no configuration of timm or transformers: it has neither an 'architecture' nor a 'model_type'.");
}
