using System.Globalization;
using System.Text;
using Deit.Checkpoints;
using Deit.Training;

namespace Deit.Distillation.Cache;

/// <summary>
/// The folder of a teacher's answers: <c>key.json</c>, what they are to, and a file for every epoch, <c>epoch-00001.answers</c>, of a
/// training's batches in their order.
/// </summary>
/// <remarks>
/// A file is an <see cref="EpochHeader"/> and the batches: 4 bytes CRC-32C of what follows, a <see cref="ViewMark"/>, the answers in an
/// <see cref="AnswerLayout"/>. It is renamed into its place when it is whole and on the disk.
/// </remarks>
internal sealed class TeacherCache
{
    private const int Format = 1;
    private const string TemporaryFiles = "*.answers.*.tmp";

    private readonly AnswerLayout _layout;

    private TeacherCache(string path, CachedAnswers content, AnswerLayout layout)
    {
        Path = path;
        Content = content;
        _layout = layout;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Whose answers they are, and to what.</summary>
    public CachedAnswers Content { get; }

    /// <summary>Whether there is a cache in a folder, whole or begun.</summary>
    public static bool IsIn(string path) => File.Exists(KeyFile(path));

    /// <summary>Opens a cache.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="key">What answers are wanted to.</param>
    /// <param name="layout">How they are written.</param>
    /// <exception cref="DeitException">There is none, it is damaged, or it is of something else; the message says of what.</exception>
    public static TeacherCache Open(string path, TeacherCacheKey key, AnswerLayout layout)
    {
        string file = KeyFile(path);
        if (!File.Exists(file))
        {
            throw new DeitException($"There are no answers of a teacher in '{path}': its key.json is missing. Let 'deit teach' write them, or leave distillation.cache out.");
        }

        CachedAnswers content = RunJson.Read<CachedAnswers>(File.ReadAllText(file), file);
        if (content.Format != Format)
        {
            throw new DeitException(string.Create(
                CultureInfo.InvariantCulture, $"'{file}' is of format {content.Format}, and this program reads {Format}: let 'deit teach' write another."));
        }

        IReadOnlyList<string> differences = new TeacherCacheKey(content.Key).DifferencesTo(key);
        return differences.Count == 0
            ? new(path, content, layout)
            : throw new DeitException(
                $"The teacher's answers in '{path}' are to something else: {string.Join(", ", differences)}. "
                + "Train with what they were made for, or let 'deit teach' write others into another folder.");
    }

    /// <summary>Begins a cache in a folder that has none.</summary>
    /// <exception cref="DeitException">The disk refuses.</exception>
    public static TeacherCache Begin(string path, TeacherSummary teacher, TeacherCacheKey key, AnswerLayout layout)
    {
        var content = new CachedAnswers(Format, teacher, key.Values);
        byte[] text = Encoding.UTF8.GetBytes(RunJson.Document(content) + "\n");
        AtomicFile.Write(KeyFile(path), text.Length, stream => stream.Write(text));
        return new(path, content, layout);
    }

    /// <summary>Deletes what a writer left that was killed.</summary>
    public static void DeleteLeftovers(string path)
    {
        foreach (string file in Directory.GetFiles(path, TemporaryFiles)) File.Delete(file);
    }

    /// <summary>Which of a number of epochs have no answers yet, from 1; those that have are looked at, whether they are whole.</summary>
    /// <param name="epochs">How many are wanted.</param>
    /// <param name="batches">Batches of each.</param>
    /// <exception cref="DeitException">A file is cut off, or of another cache.</exception>
    public IReadOnlyList<int> Missing(int epochs, int batches)
    {
        var missing = new List<int>();
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            if (File.Exists(EpochFile(epoch))) Read(epoch, batches).Dispose();
            else missing.Add(epoch);
        }

        return missing;
    }

    /// <summary>Opens the answers of an epoch.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="batches">Its batches.</param>
    /// <exception cref="DeitException">They are not there, or damaged.</exception>
    public EpochReader Read(int epoch, int batches) => EpochReader.Open(EpochFile(epoch), Header(epoch, batches), _layout);

    /// <summary>Writes the answers of an epoch: all or none.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="batches">Its batches.</param>
    /// <param name="write">Adds every batch.</param>
    /// <exception cref="DeitException">The disk refuses; the epochs before are as they were.</exception>
    public void Write(int epoch, int batches, Action<EpochWriter> write)
    {
        EpochHeader header = Header(epoch, batches);
        AtomicFile.Write(EpochFile(epoch), header.FileLength, stream =>
        {
            var writer = new EpochWriter(stream, header, _layout);
            writer.Begin();
            write(writer);
        });
    }

    private static string KeyFile(string path) => System.IO.Path.Combine(path, "key.json");

    private EpochHeader Header(int epoch, int batches) =>
        new(epoch, batches, EpochWriter.BatchBytes(_layout), new TeacherCacheKey(Content.Key).Hash);

    private string EpochFile(int epoch) => System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"epoch-{epoch:00000}.answers"));
}
