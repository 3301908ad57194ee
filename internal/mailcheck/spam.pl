# Scores messages with SpamAssassin: its own rules as installed, the settings of nobody, no
# network, nothing learnt.
use strict;
use warnings;
use JSON::PP;
use Mail::SpamAssassin;

my $assassin = Mail::SpamAssassin->new({
	local_tests_only      => 1,
	dont_copy_prefs       => 1,
	userprefs_filename    => "$ENV{HOME}/none",
	userstate_dir         => $ENV{HOME},
	home_dir_for_helpers  => $ENV{HOME},
	rules_filename        => '/usr/share/spamassassin',
	site_rules_filename   => '/etc/spamassassin',
	post_config_text      => "use_bayes 0\nuse_auto_welcomelist 0\n",
});

my %said;
for my $path (@ARGV) {
	open my $file, '<', $path or die "$path: $!";
	my $text = do { local $/; <$file> };
	my $message = $assassin->parse($text, 1);
	my $verdict = $assassin->check($message);
	my %rules;
	for (split /,/, $verdict->get_names_of_tests_hit_with_scores()) {
		my ($rule, $points) = split /=/;
		$rules{$rule} = $points + 0;
	}
	$said{$path} = { points => $verdict->get_score() + 0, rules => \%rules };
	$verdict->finish;
	$message->finish;
}
print encode_json(\%said);
