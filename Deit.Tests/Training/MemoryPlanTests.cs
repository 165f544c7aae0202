using System.Reflection;
using Deit.Compiler.Families;
using Deit.Compiler.Passes;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;
using Deit.Models;
using Xunit.Abstractions;

namespace Deit.Tests.Training;

/// <summary>Where the memory plan puts the matrices of a step, held against the most that is alive at once: what any plan needs.</summary>
public sealed class MemoryPlanTests(ITestOutputHelper output)
{
    private const double Most = 1.1;

    public static TheoryData<string, int> Models
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string name in ModelRegistry.FromAssemblies(typeof(DeitTinyPatch16_224).Assembly).Models.Select(static model => model.Description.Name))
            {
                foreach (int every in new[] { 0, 1, 3 }) data.Add(name, every);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_plan_is_near_the_lower_bound_of_its_graph(string name, int checkpointEvery)
    {
        if (CodeOf(name, checkpointEvery) is not { } code) return;

        long bound = LiveMemory.Of(code);
        double ratio = (double)code.ElementsPerImage / bound;
        output.WriteLine(FormattableString.Invariant($"{name}, checkpoint_every {checkpointEvery}: plan {4 * code.ElementsPerImage / 1e6:F2} MB an image, at least {4 * bound / 1e6:F2} MB, {ratio:F3}"));
        Assert.InRange(ratio, 1, Most);
    }

    private static TrainingCode? CodeOf(string name, int checkpointEvery)
    {
        Assembly zoo = typeof(DeitTinyPatch16_224).Assembly;
        ReferencedModel[] specs = [.. zoo.GetTypes()
            .Select(static type => (type.FullName, Spec: type.GetCustomAttribute<ResolvedSpecAttribute>()))
            .Where(static entry => entry.Spec is not null)
            .Select(static entry => new ReferencedModel(entry.FullName!, entry.Spec!.Yaml))];
        ModelSpec spec = ModelResolver.Resolve([], specs).Known.Single(model => model.Name == name);
        return TrainingCode.Find(Family.Find(spec.Family)!.Build(spec.Values, spec.Target.Name).Root, Precision.Full, checkpointEvery);
    }
}
